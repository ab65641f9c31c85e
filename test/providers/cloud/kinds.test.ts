import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { type CloudServiceValue, cloudService } from "../../../providers/cloud/cloud-service.ts";
import type { Answers } from "../../../providers/cloud/contract.ts";
import { project } from "../../../providers/cloud/project.ts";
import { role } from "../../../providers/cloud/role.ts";
import { roleAssignment } from "../../../providers/cloud/role-assignment.ts";
import { user } from "../../../providers/cloud/user.ts";
import { Ambiguous, Refused } from "../../../providers/errors.ts";

// Answers of Keystone 2025.1 after its bootstrap, without their links.
const users = [
  { id: "c5f5", name: "admin", domain_id: "default", enabled: true, password_expires_at: null },
];
const projects = [
  {
    id: "600c",
    name: "admin",
    domain_id: "default",
    description: "Bootstrap project for initializing the cloud.",
    enabled: true,
  },
];
const roles = [
  { id: "3d73", name: "reader", domain_id: null, description: null, options: { immutable: true } },
  { id: "8ede", name: "admin", domain_id: null, description: null, options: { immutable: true } },
];
const services = [{ name: "keystone", id: "b737", type: "identity", enabled: true }];
const endpoints = ["public", "internal", "admin"].map((face) => ({
  id: `e-${face}`,
  interface: face,
  region_id: "RegionOne",
  service_id: "b737",
  url: "http://127.0.0.1:5000/v3",
  enabled: true,
}));
const role_assignments = [
  { scope: { project: { id: "600c" } }, user: { id: "c5f5" }, role: { id: "8ede" } },
];
const answers: Answers = { users, projects, roles, services, endpoints, role_assignments };
const calls = (edits: { call(now: Answers): unknown }[], now = answers) =>
  edits.map((edit) => edit.call(now));

describe("what Keystone answers", () => {
  test("is read in the form of a wish", () => {
    const description = "Bootstrap project for initializing the cloud.";
    assert.deepEqual(project.parse(answers, { name: "admin" }), { description, enabled: true });
    assert.deepEqual(role.parse(answers, { name: "reader" }), { description: "" });
    assert.deepEqual(user.parse(answers, { name: "admin" }, undefined, {}), { enabled: true });
    assert.deepEqual(cloudService.parse(answers, { type: "identity" }), {
      name: "keystone",
      description: "",
      enabled: true,
      "endpoint/public": "http://127.0.0.1:5000/v3",
      "endpoint/internal": "http://127.0.0.1:5000/v3",
      "endpoint/admin": "http://127.0.0.1:5000/v3",
    });
    const admin = { user: "admin", project: "admin", role: "admin" };
    assert.deepEqual(roleAssignment.parse(answers, admin), { assigned: true });
  });

  test("is absent when the name is another, be it by a capital letter", () => {
    assert.equal(project.parse(answers, { name: "Admin" }), undefined);
    assert.equal(role.parse(answers, { name: "member" }), undefined);
    assert.equal(user.parse(answers, { name: "nova" }, undefined, {}), undefined);
    assert.equal(cloudService.parse(answers, { type: "compute" }), undefined);
    const reader = { user: "admin", project: "admin", role: "reader" };
    assert.equal(roleAssignment.parse(answers, reader), undefined);
  });

  test("two of one name are an error of its own, which names both", () => {
    const twice = { services: [...services, { ...services[0], id: "b738" }], endpoints };
    assert.throws(
      () => cloudService.parse(twice, { type: "identity" }),
      (error) => error instanceof Ambiguous && /b737, b738/.test(error.message),
    );
  });
});

describe("an assignment", () => {
  test("that holds only below the project is none in it", () => {
    const [one] = role_assignments;
    const inherited = {
      ...one,
      scope: { project: { id: "600c" }, "OS-INHERIT:inherited_to": "projects" },
    };
    const admin = { user: "admin", project: "admin", role: "admin" };
    const now = { ...answers, role_assignments: [inherited] };
    assert.equal(roleAssignment.parse(now, admin), undefined);
  });

  test("asks for the assignments of the project, once that is known", () => {
    const probe = roleAssignment.probe({ user: "admin", project: "admin", role: "admin" });
    assert.deepEqual(probe.role_assignments(answers), {
      service: "identity",
      path: "/v3/role_assignments?scope.project.id=600c",
      list: "role_assignments",
    });
    assert.equal(probe.role_assignments({ projects: [] }), undefined);
  });

  test("without its user is refused with the way on", () => {
    const give = roleAssignment.converge(
      { user: "nova", project: "admin", role: "admin" },
      { assigned: true },
      undefined,
    );
    assert.throws(
      () => calls(give),
      (error) => error instanceof Refused && /no user nova/.test(error.message),
    );
  });
});

describe("a password", () => {
  const key = { name: "admin" };
  const parsed = (now: Answers, wish = {}) =>
    user.parse({ ...answers, ...now }, key, wish, { password: "hunter2" })?.password;

  test("is the wanted one when it lets in, and nothing that a wish can be when not", () => {
    assert.equal(parsed({ holds: true }), "hunter2");
    assert.equal(parsed({ holds: false }), "");
  });

  test("of a user that shall be disabled cannot be tried, and is no drift", () => {
    const disabled = { users: [{ ...users[0], enabled: false }] };
    assert.equal(parsed(disabled, { enabled: false }), "hunter2");
    assert.equal(parsed(disabled, { enabled: true }), "");
    const { holds } = user.probe(key, {}, { password: "hunter2" });
    assert.equal(holds(disabled), undefined);
  });

  test("is sent, and stands in no reason", () => {
    const [edit] = user.converge(
      key,
      { enabled: true, password: "hunter2" },
      { enabled: true, password: "" },
    );
    assert.equal(edit?.why, "set of the user admin: password (was another)");
    assert.doesNotMatch(JSON.stringify(edit?.call(answers)), /hunter2/);
  });

  test("that was found and is not known stays ours at destroy", () => {
    const edits = user.converge(
      key,
      { enabled: true, password: "" },
      { enabled: true, password: "hunter2" },
    );
    assert.deepEqual(edits, []);
  });
});

describe("a service in the catalog", () => {
  const key = { type: "identity" };
  const have = { name: "keystone", description: "", enabled: true };

  test("whose endpoint was deleted by hand drifts by that key", () => {
    const now = { services, endpoints: endpoints.slice(1) };
    const live = cloudService.parse(now, key);
    const want = { ...have, "endpoint/public": "http://controller:5000" };
    const edits = cloudService.converge(key, want, live && cloudService.own(want, live));
    assert.deepEqual(
      edits.map((edit) => edit.why),
      ["set the public endpoint of identity in RegionOne to http://controller:5000 (was absent)"],
    );
  });

  test("whose endpoint is disabled does not hold, and is enabled", () => {
    const now = { services, endpoints: endpoints.map((one) => ({ ...one, enabled: false })) };
    const live: CloudServiceValue | undefined = cloudService.parse(now, key);
    assert.equal(live?.["endpoint/admin"], "http://127.0.0.1:5000/v3 (disabled)");
    const want = { ...have, "endpoint/admin": "http://127.0.0.1:5000/v3" };
    const edits = cloudService.converge(key, want, live && cloudService.own(want, live));
    assert.deepEqual(calls(edits, now), [
      {
        method: "PATCH",
        service: "identity",
        path: "/v3/endpoints/e-admin",
        body: { endpoint: { url: "http://127.0.0.1:5000/v3", enabled: true } },
      },
    ]);
  });

  test("that others use in another region is left to them", () => {
    const edits = cloudService.converge(key, undefined, have);
    assert.deepEqual(calls(edits), [undefined]);
    assert.deepEqual(calls(edits, { services, endpoints: [] }), [
      { method: "DELETE", service: "identity", path: "/v3/services/b737" },
    ]);
  });
});
