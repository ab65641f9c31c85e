import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, test } from "node:test";
import { keepLogins } from "../../operations/logins.ts";
import { cloudsFile } from "../../profiles/credential.ts";

const textOf = (password: string, controller = "controller") =>
  cloudsFile(
    ["admin", "member"].map((name) => ({
      name,
      user: name,
      project: name,
      password,
      controller,
      address: "192.168.0.1",
      region: "RegionOne",
      workers: 1,
      passwordRounds: 12,
      computes: 4,
      acceleration: "none" as const,
      datapath: "userspace" as const,
      dashboard: "https://localhost:8443",
    })),
  );

describe("the clouds.yaml of the clone", () => {
  let folder: string;
  let file: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "quintet-logins-"));
    file = join(folder, "clouds.yaml");
  });
  afterEach(() => rmSync(folder, { recursive: true }));
  const keep = (text: string) => keepLogins(text, file, join(folder, "notes", "draft"));

  test("is written for its owner alone", () => {
    assert.equal(keep(textOf("one")), true);
    assert.equal(readFileSync(file, "utf8"), textOf("one"));
    assert.equal(statSync(file).mode & 0o777, 0o600);
  });

  test("follows a new password and another name, and is closed to others", () => {
    writeFileSync(file, textOf("one"), { mode: 0o644 });
    assert.equal(keep(textOf("two", "manager")), true);
    assert.equal(readFileSync(file, "utf8"), textOf("two", "manager"));
    assert.equal(statSync(file).mode & 0o777, 0o600);
  });

  const added = JSON.parse(textOf("one"));
  added.clouds.work = { auth: { auth_url: "https://cloud.example" } };
  for (const [what, theirs] of [
    ["that somebody wrote", "clouds:\n  work:\n    auth: {auth_url: https://cloud.example}\n"],
    ["to which somebody has added a cloud", JSON.stringify(added)],
    ["that is empty", ""],
  ] as const) {
    test(`${what} stays as it is`, () => {
      writeFileSync(file, theirs);
      assert.equal(keep(textOf("two")), false);
      assert.equal(readFileSync(file, "utf8"), theirs);
    });
  }

  test("that is a folder stays one", () => {
    mkdirSync(file);
    assert.equal(keep(textOf("two")), false);
    assert.equal(statSync(file).isDirectory(), true);
  });
});
