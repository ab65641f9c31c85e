import assert from "node:assert/strict";
import { describe, test } from "node:test";
import fc from "fast-check";
import { canonicalRule, quoted, wordsOf } from "../../../providers/iptables-rules/rule.ts";

describe("one spelling for one rule", () => {
  const same: readonly (readonly [string, string])[] = [
    ["-s 10.0.0.5 -j ACCEPT", "-s 10.0.0.5/32 -j ACCEPT"],
    ["-s 10.0.0.5/24 -j ACCEPT", "-s 10.0.0.0/24 -j ACCEPT"],
    ["--source 10.0.0.0/255.255.255.0 --jump ACCEPT", "-s 10.0.0.0/24 -j ACCEPT"],
    ["-s 0.0.0.0/0 -i eth0 -j ACCEPT", "-i eth0 -j ACCEPT"],
    ["-p TCP --dport 22 -j ACCEPT", "-p tcp -m tcp --dport 22 -j ACCEPT"],
    ["-o eth0 -s 10.0.0.0/8 -j MASQUERADE", "-s 10.0.0.0/8 -o eth0 -j MASQUERADE"],
    ["-d ! 10.0.0.1 -j DROP", "! -d 10.0.0.1/32 -j DROP"],
    ["-p tcp --syn -j DROP", "-p tcp -m tcp --tcp-flags FIN,SYN,RST,ACK SYN -j DROP"],
    ["-p tcp -j REJECT", "-p tcp -j REJECT --reject-with icmp-port-unreachable"],
    ["-p icmp --icmp-type echo-request -j ACCEPT", "-p icmp -m icmp --icmp-type 8 -j ACCEPT"],
    ["-m mark --mark 16 -j ACCEPT", "-m mark --mark 0x10 -j ACCEPT"],
    ["-s 2001:db8::1 -j ACCEPT", "-s 2001:db8::1/128 -j ACCEPT"],
  ];
  for (const [written, printed] of same) {
    test(written, () => assert.equal(canonicalRule(written), canonicalRule(printed)));
  }

  test("rules that differ stay different", () => {
    assert.notEqual(
      canonicalRule("-s 10.0.0.0/8 -j ACCEPT"),
      canonicalRule("! -s 10.0.0.0/8 -j ACCEPT"),
    );
    assert.notEqual(
      canonicalRule("-p tcp -j REJECT"),
      canonicalRule("-p tcp -j REJECT --reject-with tcp-reset"),
    );
  });

  test("words come back from their quotes", () => {
    const printable = fc.string({ minLength: 1 }).filter((text) => !/[\n\r]/.test(text));
    fc.assert(
      fc.property(fc.array(printable), (words) => {
        assert.deepEqual(wordsOf(words.map(quoted).join(" ")), words);
      }),
    );
  });
});
