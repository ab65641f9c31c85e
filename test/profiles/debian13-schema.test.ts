import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, describe, test } from "node:test";
import { schema } from "../../profiles/debian13/schema.ts";
import { sh } from "../../providers/sh.ts";

const folder = mkdtempSync(join(tmpdir(), "quintet-schema-"));
after(() => rmSync(folder, { recursive: true }));

/** The status of the check where the package has these revisions, and the database says this. */
function status(
  revisions: readonly string[],
  { rows = "", unseen = "" },
  databases: readonly string[] = ["glance"],
): number | null {
  rmSync(join(folder, "versions"), { recursive: true, force: true });
  for (const [index, text] of revisions.entries()) {
    const place = join(folder, "versions", `release${index}`, "expand");
    mkdirSync(place, { recursive: true });
    writeFileSync(
      join(place, "one.py"),
      `"""revision = is a word here"""\n${text}\n\ndef upgrade():\n    revision = "x"\n`,
    );
  }
  const { check } = schema({
    ...{ name: "glance", user: "glance", databases, command: "glance-manage db_sync" },
    folder: `../../../..${folder}/versions`,
  });
  return spawnSync("sh", { input: sh`rows=${rows} unseen=${unseen}\n${check}`.text }).status;
}

const chain = [
  `revision = "aa1"\ndown_revision = None`,
  `revision = 'bb2'\ndown_revision = 'aa1'\ndepends_on = None`,
  `revision: str = "cc3"\ndown_revision: str | None = "bb2"`,
];

describe("a schema", () => {
  test("holds at the package's last revision", () => {
    assert.equal(status(chain, { rows: "glance cc3\n" }), 0);
  });

  for (const [what, rows] of [
    ["at an older revision", "glance bb2\n"],
    ["at none", ""],
    ["at one more", "glance cc3\nglance bb2\n"],
    ["at one with a longer name", "glance cc33\n"],
    ["of another database", "old_glance cc3\n"],
  ] as const) {
    test(`${what} is to be brought up`, () => assert.equal(status(chain, { rows }), 1));
  }

  test("with two ends is at both of them, in any order", () => {
    const two = [...chain, `revision = "dd4"\ndown_revision = "bb2"`];
    assert.equal(status(two, { rows: "glance dd4\nglance cc3\n" }), 0);
    assert.equal(status(two, { rows: "glance dd4\n" }), 1);
  });

  test("whose ends were joined, or wait for another, has one", () => {
    const joined = [...chain, `revision = "dd4"\ndown_revision = ("cc3", 'bb2')`];
    assert.equal(status(joined, { rows: "glance dd4\n" }), 0);
    const waiting = [...chain, `revision = "dd4"\ndown_revision = None\ndepends_on = ("cc3",)`];
    assert.equal(status(waiting, { rows: "glance dd4\n" }), 0);
  });

  test("is looked at in each of its databases", () => {
    const both = ["nova", "nova_cell0"];
    assert.equal(status(chain, { rows: "nova cc3\nnova_cell0 cc3\n" }, both), 0);
    assert.equal(status(chain, { rows: "nova cc3\n" }, both), 1);
  });

  test("is to be made where there is no table or no database", () => {
    const [table, database] = [
      "ERROR 1146 (42S02) at line 1: Table 'glance.alembic_version' doesn't exist",
      "ERROR 1049 (42000) at line 1: Unknown database 'glance'",
    ];
    assert.equal(status(chain, { unseen: table }), 1);
    assert.equal(status(chain, { unseen: database }), 1);
  });

  test("is not known where MariaDB does not answer, or the package is not there", () => {
    assert.equal(status(chain, { unseen: "ERROR 2002 (HY000): Can't connect" }), 2);
    assert.equal(status([], { rows: "glance cc3\n" }), 2);
  });
});
