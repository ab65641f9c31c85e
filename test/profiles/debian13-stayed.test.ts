import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, describe, test } from "node:test";
import { selectProfile } from "../../profiles/profile.ts";
import { sh } from "../../providers/sh.ts";
import { task } from "../../providers/task.ts";

const { name, check, asks, run } = selectProfile("debian13-epoxy").cloud.compute.stayed([
  "compute1",
]);
const folder = mkdtempSync(join(tmpdir(), "quintet-"));

/** Where the client says this and ends like this; the one fake. Without a client where nothing is said. */
function where(said?: string, status = 0) {
  rmSync(join(folder, "mariadb"), { force: true });
  if (said !== undefined) {
    // Asked together with others' questions, what is said stands between marks.
    const told = status
      ? `echo "${said}" >&2`
      : `case $* in *' -e '*) echo "${said}" ;; *) printf '%s\\n' '@${name}@' "${said}" @ ;; esac`;
    writeFileSync(join(folder, "mariadb"), `#!/bin/sh\n${told}\nexit ${status}\n`, { mode: 0o755 });
  }
  const shell = (text: string) =>
    spawnSync("/bin/sh", ["-c", text], { encoding: "utf8", env: { PATH: folder } });
  const declared = { check: check.text, run: run.text, ...(asks !== undefined && { asks }) };
  const word = task.shared.word({ name }, declared) ?? "";
  const probe = sh`shared=$(set -- ${word}; ${task.shared.look})
${task.probe({ name }, declared)}`;
  return {
    found: () => task.parse(shell(probe.text).stdout, { name }, declared).done,
    ran: shell(run.text),
  };
}

describe("that no guest is on a host that leaves", () => {
  after(() => rmSync(folder, { recursive: true }));

  test("holds where none is, and where there is no database that could know one", () => {
    const nobody = [
      where(""),
      where(),
      where("ERROR 2002 (HY000): Can't connect to local server", 1),
      where("ERROR 1146 (42S02) at line 1: Table 'nova.instances' doesn't exist", 1),
      where("ERROR 1049 (42000): Unknown database 'nova'", 1),
    ];
    for (const { found, ran } of nobody) assert.deepEqual([found(), ran.status], ["yes", 0]);
  });

  test("does not hold while one is there, which is named", () => {
    const { found, ran } = where("    web (11-22) on compute4");
    assert.deepEqual([found(), ran.status], ["no", 1]);
    assert.match(ran.stderr, /These are left:\n {4}web \(11-22\) on compute4\n {2}Next: /);
  });

  test("is not known where the database does not say", () => {
    const { found, ran } = where("ERROR 1045 (28000): Access denied for user 'root'", 1);
    assert.throws(found, /cannot tell.*Access denied/);
    assert.notEqual(ran.status, 0);
  });
});
