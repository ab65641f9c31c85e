import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { type BridgeValue, bridge } from "../../providers/bridge.ts";
import { Refused } from "../../providers/errors.ts";

const key = { name: "br100", port: "eth1" };
const want = bridge.value.parse({
  moved: ["192.168.0.1/24"],
  extra: ["10.0.0.1/24"],
  leg: "pv0 pv1",
}) as BridgeValue;
const seen = (text: string) => bridge.parse(text, key, want);
const standing = `bridge
port
end pv0 br100
end pv1 ovs-system
address br100 192.168.0.1/24
address br100 10.0.0.1/24
`;

describe("what is seen of a bridge", () => {
  test("is nothing where there is neither bridge nor unit", () => {
    assert.equal(seen("address eth1 192.168.0.1/24\nfile none\nfile none\n"), undefined);
  });

  test("tells the addresses that moved from those that only the bridge has", () => {
    const found = seen(`${standing}file 1\nfile 2\n`);
    assert.deepEqual({ ...found, boot: "restored" }, want);
  });

  test("names the interface on which an address has stayed", () => {
    const text = `${standing.replace("br100 192", "eth1 192")}file 1\nfile 2\n`;
    assert.deepEqual(seen(text)?.moved, ["192.168.0.1/24 on eth1"]);
  });

  test("misses a leg whose end is in another bridge", () => {
    const text = `${standing.replace("pv0 br100", "pv0 virbr0")}file 1\nfile 2\n`;
    assert.equal(seen(text)?.leg, "absent");
  });
});

describe("a bridge", () => {
  test("that stands needs nothing", () => {
    assert.deepEqual(bridge.converge(key, want, want), []);
  });

  test("comes and goes under guard", () => {
    const [come] = bridge.converge(key, want, undefined);
    const [go] = bridge.converge(key, undefined, want);
    assert.match(come?.why ?? "", /^put the bridge br100 in the place of eth1 \(was absent\)$/);
    assert.ok(come?.undo && go?.undo);
  });

  test("that others have made is refused", () => {
    const theirs = seen(`${standing}file none\nfile none\n`);
    assert.throws(() => bridge.converge(key, want, theirs), Refused);
  });
});
