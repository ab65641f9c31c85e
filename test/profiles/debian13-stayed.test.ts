import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, describe, test } from "node:test";
import { selectProfile } from "../../profiles/profile.ts";

const { check, run } = selectProfile("debian13-epoxy").cloud.compute.stayed(["compute1"]);
const folder = mkdtempSync(join(tmpdir(), "quintet-"));

/** Where the client says this and ends like this; the one fake. Without a client where nothing is said. */
function where(said?: string, status = 0) {
  rmSync(join(folder, "mariadb"), { force: true });
  if (said !== undefined) {
    const program = `#!/bin/sh\nprintf '%s\\n' "${said}"${status ? " >&2" : ""}\nexit ${status}\n`;
    writeFileSync(join(folder, "mariadb"), program, { mode: 0o755 });
  }
  const sh = (text: string) =>
    spawnSync("/bin/sh", ["-c", text], { encoding: "utf8", env: { PATH: folder } });
  return { checked: sh(check.text), ran: sh(run.text) };
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
    for (const { checked, ran } of nobody) assert.deepEqual([checked.status, ran.status], [0, 0]);
  });

  test("does not hold while one is there, which is named", () => {
    const { checked, ran } = where("    web (11-22) on compute4");
    assert.deepEqual([checked.status, ran.status], [1, 1]);
    assert.match(ran.stderr, /These are left:\n {4}web \(11-22\) on compute4\n {2}Next: /);
  });

  test("is not known where the database does not say", () => {
    const { checked, ran } = where("ERROR 1045 (28000): Access denied for user 'root'", 1);
    assert.equal(checked.status, 2);
    assert.match(checked.stderr, /Access denied/);
    assert.notEqual(ran.status, 0);
  });
});
