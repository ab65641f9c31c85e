import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { computeService } from "../../../providers/cloud/compute-service.ts";
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

  test("is not taken away while servers are on it, which are named", () => {
    const [edit] = computeService.converge(key, undefined, want);
    const servers = [{ id: "0a1b", name: "mine" }];
    assert.throws(
      () => edit?.call(known({}, servers)),
      (error) =>
        error instanceof Refused &&
        /compute2 still has servers/.test(error.message) &&
        /mine \(0a1b\)/.test(error.message),
    );
    const { status } = (edit?.call(known({}))?.body ?? {}) as { status?: string };
    assert.equal(status, "disabled");
  });
});
