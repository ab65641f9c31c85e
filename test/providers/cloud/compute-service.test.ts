import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { computeService } from "../../../providers/cloud/compute-service.ts";
import type { Answers } from "../../../providers/cloud/contract.ts";
import { Refused } from "../../../providers/errors.ts";

describe("a host that takes servers", () => {
  const key = { host: "compute2" };
  const want = computeService.value.parse({});
  // An answer of Nova 2025.1 in the form of 2.61.
  const service = {
    id: "4f6c",
    binary: "nova-compute",
    host: "compute2",
    zone: "nova",
    status: "enabled",
    state: "down",
    forced_down: false,
    disabled_reason: null,
  };
  const other = { ...service, id: "77aa", host: "compute3", status: "disabled" };
  const known = (changed: object, servers: object[] = []) => ({
    services: [other, { ...service, ...changed }],
    servers,
  });

  test("is enabled and not declared dead, whether it reports just now or not", () => {
    assert.deepEqual(computeService.parse(known({}), key), want);
    assert.equal(computeService.parse(known({ status: "disabled" }), key), undefined);
    assert.equal(computeService.parse(known({ forced_down: true }), key), undefined);
    assert.equal(computeService.parse({ services: [other] }, key), undefined);
  });

  test("is enabled, and alive again, by one request", () => {
    const [edit] = computeService.converge(key, want, undefined);
    assert.deepEqual(edit?.call(known({ forced_down: true }))?.body, {
      status: "enabled",
      forced_down: false,
    });
    assert.equal(edit?.call(known({}))?.path, "/v2.1/os-services/4f6c");
  });

  test("that never reported is told as such", () => {
    const [edit] = computeService.converge(key, want, undefined);
    assert.throws(() => edit?.call({ services: [other] }), /Nova knows no host compute2/);
  });

  describe("is not taken away while servers are on it, which are named", () => {
    const servers = [{ id: "0a1b", name: "mine" }];
    const refused = (error: unknown) =>
      error instanceof Refused &&
      /compute2 still has servers/.test(error.message) &&
      /mine \(0a1b\)/.test(error.message);
    const cases = {
      "and it is enabled": [undefined, {}],
      "though somebody has disabled it": [undefined, { status: "disabled" }],
      "though it is declared dead": [undefined, { forced_down: true }],
      "though it was found enabled": [want, {}],
    } as const;
    for (const [name, [found, service]] of Object.entries(cases)) {
      test(name, () => {
        const edits = computeService.putBack(key, "", found);
        assert.throws(() => edits[0]?.call(known(service, servers)), refused);
      });
    }

    test("nor when one has come while it was closed", () => {
      const edits = computeService.putBack(key, "", undefined);
      const { status } = (edits[0]?.call(known({}))?.body ?? {}) as { status?: string };
      assert.equal(status, "disabled");
      const closed = { status: "disabled" };
      assert.throws(() => edits[1]?.call(known(closed, servers)), refused);
      assert.equal(edits[1]?.call(known(closed)), undefined);
    });
  });

  test("that was found enabled, or has left Nova, is left as it is", () => {
    const asked = (found: typeof want | undefined, answers: Answers) =>
      computeService.putBack(key, "", found).map((edit) => edit.call(answers));
    assert.deepEqual(asked(want, known({})), [undefined, undefined]);
    assert.deepEqual(asked(undefined, { services: [other], servers: [] }), [undefined, undefined]);
  });
});
