import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { Unseen } from "../../providers/errors.ts";
import { queueAccount, saltedHash } from "../../providers/queue-account.ts";

const key = { user: "openstack" };

/** Recorded from RabbitMQ 4.0 on Debian 13: the account that its package brings. */
const recorded = `{ok, "7B227065726D697373696F6E73223A5B7B2272656164223A222E2A222C227772697465223A222E2A222C2276686F7374223A222F222C22636F6E666967757265223A222E2A227D5D2C2274616773223A5B2261646D696E6973747261746F72225D2C22616C676F726974686D223A227261626269745F70617373776F72645F68617368696E675F736861323536222C2270617373776F7264223A226E493572674F42636D506A6362422F784A2F72613872386C692B3158515A31746275594F4C6F516738507238376E3245227D"}`;

describe("a queue's account", () => {
  test("is read with its tags and permissions", () => {
    assert.deepEqual(queueAccount.parse(recorded), {
      password: "nI5rgOBcmPjcbB/xJ/ra8r8li+1XQZ1tbuYOLoQg8Pr87n2E",
      tags: "administrator",
      "permission//": ".* .* .*",
    });
  });

  test("is absent where there is none, and not seen where the node is stopped", () => {
    assert.equal(queueAccount.parse('{ok, "6E756C6C"}'), undefined);
    const said = "erl_call: failed to connect to node rabbit@compute1";
    assert.throws(() => queueAccount.parse(said), Unseen);
  });

  test("has a hash that comes out the same every time, and differs by user", () => {
    assert.equal(saltedHash("a", "p"), saltedHash("a", "p"));
    assert.notEqual(saltedHash("a", "p"), saltedHash("b", "p"));
  });

  test("loses a permission that nobody declared", () => {
    const want = queueAccount.value.parse({ password: saltedHash("openstack", "p") });
    const [change] = queueAccount.converge(key, want, { ...want, "permission//": ".* .* .*" });
    assert.equal(change?.why, "take the permissions on / from openstack (were .* .* .*)");
  });

  test("wants its password among the secrets", () => {
    assert.equal(queueAccount.value.safeParse({ password: "plain text" }).success, false);
    assert.equal(queueAccount.value.safeParse({ password: "in place, draw 2" }).success, true);
  });
});
