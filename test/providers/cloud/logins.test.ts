import assert from "node:assert/strict";
import { mkdtempSync, readFileSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, beforeEach, test } from "node:test";
import { Logins } from "../../../providers/cloud/logins.ts";
import { Secret } from "../../../providers/sh.ts";
import type { Answer } from "../../../providers/transport/frames.ts";

const folder = mkdtempSync(join(tmpdir(), "quintet-logins-"));
after(() => rmSync(folder, { recursive: true }));
const file = join(folder, "below", "logins.json");

const rows = (...lines: string[]): Answer => ({
  stdout: ["seen", ...lines, ""].join("\n"),
  stderr: "",
  status: 0,
});
const held = "0f1e2d";

/** A process, with what it was told ahead of an account, and what it is told now. */
function starting(ahead = rows(held), now = ahead) {
  return new Logins({ probe: async () => ahead, ask: async () => [now] }, file);
}

let tried = 0;
function holds(logins: Logins, right: boolean, password = "hunter2", user = "nova") {
  const login = { user, domain: "default", password: new Secret(password) };
  return logins.holds("controller", login, async () => {
    tried += 1;
    return right;
  });
}

beforeEach(() => {
  tried = 0;
  rmSync(file, { force: true });
});

test("a password that let in is not tried again while Keystone holds the same", async () => {
  assert.equal(await holds(starting(), true), true);
  assert.equal(await holds(starting(), true), true);
  assert.equal(tried, 1);
});

for (const [what, logins, password] of [
  ["Keystone holds something else of it", () => starting(rows("another")), "hunter2"],
  ["the account is gone", () => starting(rows()), "hunter2"],
  [
    "the database does not answer",
    () => starting({ stdout: "", stderr: "no", status: 1 }),
    "hunter2",
  ],
  ["the database is not there", () => starting({ ...rows(), stdout: "unseen\nno" }), "hunter2"],
  ["it is another password", starting, "hunter3"],
] as const) {
  test(`it is tried where ${what}`, async () => {
    await holds(starting(), true);
    assert.equal(await holds(logins(), false, password), false);
    assert.equal(await holds(logins(), true, password), true);
    assert.equal(tried, 3);
  });
}

test("one that does not let in is tried each time", async () => {
  assert.equal(await holds(starting(), false), false);
  assert.equal(await holds(starting(), false), false);
  assert.equal(tried, 2);
});

test("nothing is noted where another one may have come while it was tried", async () => {
  await holds(starting(rows("before"), rows(held)), true);
  assert.equal(await holds(starting(rows("before")), false), false);
  assert.equal(await holds(starting(), false), false);
  assert.equal(tried, 3);
});

test("a host that cannot be reached is no reason to fail", async () => {
  const logins = new Logins(
    { probe: () => Promise.reject(new Error("off")), ask: () => Promise.reject(new Error("off")) },
    file,
  );
  assert.equal(await holds(logins, true), true);
});

test("a name that a query cannot hold is tried each time", async () => {
  for (const user of ["o'hara", 'a"b', "back\\slash"]) {
    await holds(starting(), true, "hunter2", user);
    await holds(starting(), true, "hunter2", user);
  }
  assert.equal(tried, 6);
});

test("the note is for this user alone, and holds neither the password nor what Keystone holds", async () => {
  await holds(starting(), true);
  const text = readFileSync(file, "utf8");
  assert.equal(text.includes("hunter2") || text.includes(held), false);
  assert.match(text, /^\{"controller":\{"nova@default":"[\w-]{43}"\}\}$/);
  assert.equal(statSync(file).mode & 0o777, 0o600);
});
