import assert from "node:assert/strict";
import { readdirSync } from "node:fs";
import { afterEach, beforeEach, describe, test } from "node:test";
import type { Api } from "../../../providers/cloud/api.ts";
import { flavor } from "../../../providers/cloud/flavor.ts";
import { CloudGround } from "../../../providers/cloud/ground.ts";
import { revealed } from "../../../providers/cloud/secrets.ts";
import { user } from "../../../providers/cloud/user.ts";
import { Unseen } from "../../../providers/errors.ts";
import type { Props } from "../../../providers/layout.ts";
import { Lifecycle } from "../../../providers/lifecycle.ts";
import { folderPlace, type Place } from "../../places.ts";

type Item = Record<string, unknown>;
let place: Place;
let users: Item[];
// The one fake: a Keystone of a few lines, which knows users by id.
const api: Api = {
  ask: async (_host, question) => {
    if (!("login" in question)) return users.map(({ password: _unseen, ...seen }) => seen);
    return users.some((one) => one.password === question.login.password.reveal());
  },
  send: async (_host, { method, path, body }) => {
    const wish = (revealed(body ?? {}) as { user?: Item }).user;
    const id = path.split("/")[3];
    if (method === "POST") users.push({ id: `id ${users.length}`, enabled: true, ...wish });
    if (method === "PATCH") users = users.map((one) => (one.id === id ? { ...one, ...wish } : one));
    if (method === "DELETE") users = users.filter((one) => one.id !== id);
  },
};
beforeEach(() => {
  place = folderPlace();
  users = [];
});
afterEach(() => place.end());

const on = (road = api) =>
  new Lifecycle(new CloudGround(user, place.hosts, road), {
    down: new Set(),
    abandoned: new Set(),
  });
const promise = (password: string, draw: number): Props => ({
  at: { host: "here", key: { name: "nova", domain: "default" }, claim: "nova", stack: "test" },
  enabled: true,
  password: `in place, draw ${draw}`,
  secrets: { password: { value: password, draw } },
});

describe("a password behind an API", () => {
  test("stands as a word, and one that was changed by hand is drift by its name", async () => {
    const { outs } = await on().create(promise("hunter2", 1));
    assert.equal(users[0]?.password, "hunter2");
    assert.equal((await on().read("id", outs)).inputs?.password, "in place, draw 1");
    users = users.map((one) => ({ ...one, password: "somebody's" }));
    const read = await on().read("id", outs);
    assert.equal(read.inputs?.password, "differs");
    assert.equal(on().diff(read.props, promise("hunter2", 1)).changes, true);
    const { secrets: _wanted, ...visible } = read.props;
    assert.doesNotMatch(JSON.stringify(visible), /hunter2|somebody/);
  });

  test("that was his already comes back at destroy, though ours was drawn anew between", async () => {
    users = [{ id: "1", name: "nova", enabled: true, password: "his" }];
    const { outs } = await on().create(promise("his", 1));
    const updated = await on().update(outs, promise("ours", 2));
    assert.equal(users[0]?.password, "ours");
    await on().delete(updated.outs);
    assert.equal(users[0]?.password, "his");
  });
});

test("what was found is written down on the controller, and goes with the promise", async () => {
  const { outs } = await on().create(promise("hunter2", 1));
  const records = `${place.folder}/.records/quintet/records`;
  assert.match(readdirSync(records).join(), /^User-[0-9a-f]+\.json$/);
  await on().delete(outs);
  assert.deepEqual(users, []);
  assert.throws(() => readdirSync(records));
});

test("an API that cannot tell is an update to come, not an error and not an absence", async () => {
  const { outs } = await on().create(promise("hunter2", 1));
  const silent = { ...api, ask: () => Promise.reject(new Unseen("the API refuses connections")) };
  const read = await on(silent).read("id", outs);
  assert.equal(read.inputs?.unseen, "the API refuses connections");
  assert.equal(read.props.absent, undefined);
  assert.equal(on().diff(read.props, promise("hunter2", 1)).changes, true);
});

test("what was found and nobody declares comes back, though a key of ours has left meanwhile", async () => {
  const specs: Record<string, string> = { theirs: "yes" };
  const small = {
    ...{ id: "1", name: "small", vcpus: 1, ram: 1, disk: 1, swap: "", extra_specs: specs },
    ...{ "OS-FLV-EXT-DATA:ephemeral": 0, "os-flavor-access:is_public": true },
  };
  const nova: Api = {
    ask: async () => [small],
    send: async (_host, { method, path, body }) => {
      if (method === "DELETE") delete specs[path.split("/").at(-1) ?? ""];
      else Object.assign(specs, (body as { extra_specs: object }).extra_specs);
    },
  };
  const lifecycle = new Lifecycle(new CloudGround(flavor, place.hosts, nova), {
    down: new Set(),
    abandoned: new Set(),
  });
  const at = { host: "here", key: { name: "small" }, claim: "small", stack: "test" };
  const want = { at, ...flavor.value.parse({ vcpus: 1, ram: 1, disk: 1 }) };
  const { outs } = await lifecycle.create({ ...want, "extra/ours": "1" });
  assert.deepEqual(specs, { ours: "1" });
  const updated = await lifecycle.update(outs, want);
  assert.deepEqual(specs, {});
  await lifecycle.delete(updated.outs);
  assert.deepEqual(specs, { theirs: "yes" });
});
