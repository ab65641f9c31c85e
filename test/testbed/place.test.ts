import assert from "node:assert/strict";
import { describe, test } from "node:test";
import SshConfig from "ssh-config";
import { fiveHosts } from "../../testbed/hosts.ts";
import { place } from "../../testbed/place.ts";
import { sshConfig } from "../../testbed/ssh-config.ts";

describe("the place of a testbed", () => {
  test("two run folders have no name in common", () => {
    const one = place({ QUINTET_TESTBED: "/tmp/one" });
    const other = place({ QUINTET_TESTBED: "/tmp/other" });
    assert.notEqual(one.prefix, other.prefix);
    assert.equal(one.prefix, place({ QUINTET_TESTBED: "/tmp/../tmp/one/" }).prefix);
  });

  test("two clones share one cache, where XDG says", () => {
    assert.equal(place({ XDG_CACHE_HOME: "/c", QUINTET_TESTBED: "/a" }).cache, "/c/quintet");
  });

  for (const folder of [
    "/tmp/a,b",
    "/tmp/a:b",
    "/tmp/a%h",
    '/tmp/a"b',
    "/tmp/$HOME",
    "/tmp/a\nb",
  ]) {
    test(`${JSON.stringify(folder)} is refused, with the way out`, () => {
      assert.throws(() => place({ QUINTET_TESTBED: folder }), /QUINTET_TESTBED/);
    });
  }
});

describe("the ssh config", () => {
  const at = place({ QUINTET_TESTBED: "/tmp/my testbed" });
  const text = sshConfig(at, fiveHosts);
  const parsed = SshConfig.parse(text);

  test("names each host's address and the name that its key is kept under", () => {
    for (const host of fiveHosts) {
      const { HostName, HostKeyAlias } = parsed.compute(host.name);
      assert.deepEqual([HostName, HostKeyAlias], [host.address, host.name]);
    }
  });

  test("gateway is compute1 under another name, with the same key", () => {
    const { HostName, HostKeyAlias } = parsed.compute("gateway");
    assert.deepEqual([HostName, HostKeyAlias], ["192.168.0.1", "compute1"]);
  });

  test("the way in starts in this testbed's own namespace and has no time limit", () => {
    const way = String(parsed.compute("compute2").ProxyCommand);
    assert.match(way, new RegExp(`^nsenter --net=/run/netns/${at.prefix}-operator nc`));
    assert.doesNotMatch(way, / -w/);
    assert.doesNotMatch(text, /ProxyUseFdpass/);
  });

  test("a path with a space is one word", () => {
    assert.match(text, /^ {2}IdentityFile "\/tmp\/my testbed\/id_ed25519"$/m);
  });
});
