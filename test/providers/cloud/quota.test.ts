import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { quota } from "../../../providers/cloud/quota.ts";

const key = { project: "vms" };
// Answers of Nova and Neutron 2025.1, shortened.
const answers = {
  projects: [{ id: "600c", name: "vms" }],
  compute: { quota_set: { id: "600c", cores: 20, ram: 51200 } },
  network: { quota: { port: 500, subnet: 100 } },
};

describe("what a project may use up", () => {
  test("is read in the form of a wish, and only of the services that are spoken of", () => {
    const want = { "compute/cores": 20, "network/port": 500 };
    const live = quota.parse(answers, key);
    assert.deepEqual(live && quota.own(want, live), want);
    assert.deepEqual(Object.keys(quota.probe(key, { "network/port": 1 })), ["projects", "network"]);
  });

  test("is set in one request a service", () => {
    const have = { "compute/cores": 20, "compute/ram": 51200, "network/port": 500 };
    const want = { "compute/cores": 4, "compute/ram": 1024, "network/port": 9 };
    assert.deepEqual(
      quota.converge(key, want, have).map((edit) => [edit.why, edit.call(answers)]),
      [
        [
          "limit what vms may use of compute: cores (was 20), ram (was 51200)",
          {
            method: "PUT",
            service: "compute",
            path: "/v2.1/os-quota-sets/600c",
            body: { quota_set: { cores: 4, ram: 1024 } },
          },
        ],
        [
          "limit what vms may use of network: port (was 500)",
          {
            method: "PUT",
            service: "network",
            path: "/v2.0/quotas/600c",
            body: { quota: { port: 9 } },
          },
        ],
      ],
    );
  });
});
