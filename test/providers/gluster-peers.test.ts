import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { glusterPeers } from "../../providers/gluster-peers.ts";

const key = { pool: "quintet" };

describe("the members of a pool", () => {
  test("are known by every name that the daemon has for them", () => {
    const printed =
      "installed\npeer compute1 3 linked\npeer gateway 3 linked\npeer compute2 3 linked\n";
    assert.deepEqual(glusterPeers.parse(printed), {
      compute1: "connected",
      gateway: "connected",
      compute2: "connected",
    });
  });

  test("that are away, refused or half-way in are not connected", () => {
    const printed = "installed\npeer compute1 3 \npeer compute2 5 linked\npeer compute3 4 linked\n";
    assert.deepEqual(glusterPeers.parse(printed), {
      compute1: "disconnected",
      compute2: "rejected",
      compute3: "not accepted yet (state 4)",
    });
  });

  test("are none where Gluster is not installed, and none yet where it is", () => {
    assert.equal(glusterPeers.parse(""), undefined);
    assert.deepEqual(glusterPeers.parse("installed\n"), {});
  });

  test("that others took in are not ours to detach", () => {
    const have = { compute1: "connected", theirs: "connected" };
    const own = glusterPeers.own({ compute1: "connected" }, have);
    assert.deepEqual(
      glusterPeers.converge(key, {}, own).map((change) => change.why),
      ["detach compute1 from the Gluster pool"],
    );
  });

  test("that are gone for good leave first and by force, and are not asked back in", () => {
    const gone = new Set(["compute2", "compute3"]);
    const have = { compute1: "connected", compute2: "disconnected", compute3: "disconnected" };
    const changes = glusterPeers.converge(key, { compute3: "connected" }, have, gone);
    assert.deepEqual(
      changes.map(({ why }) => why),
      [
        "detach compute2 from the Gluster pool, as it is gone for good",
        "detach compute1 from the Gluster pool",
      ],
    );
    assert.match(changes[0]?.script.text ?? "", /peer detach compute2 force \|\|/);
    assert.doesNotMatch(changes[1]?.script.text ?? "", /peer detach compute1 force \|\|/);
  });

  test("go by names: an address is refused", () => {
    assert.equal(glusterPeers.value.safeParse({ "192.168.0.1": "connected" }).success, false);
  });
});
