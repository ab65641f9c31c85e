import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, describe, test } from "node:test";
import { Unseen } from "../../../providers/errors.ts";
import { askingTogether, rowsIn } from "../../../providers/mariadb/command.ts";
import { framedTogether, newMark, unframe } from "../../../providers/transport/frames.ts";

const folder = mkdtempSync(join(tmpdir(), "quintet-mariadb-"));
after(() => rmSync(folder, { recursive: true }));
const { shared, probe } = askingTogether<string>(
  (key) => `thing ${key}`,
  (key) => `ROWS OF ${key};`,
);

/** What each of the keys is told, where this client answers all of them; the one fake. */
function told(client: string, keys: readonly string[]) {
  writeFileSync(join(folder, "mariadb"), `#!/bin/sh\n${client}\n`, { mode: 0o755 });
  const questions = keys.map((key) => ({
    text: probe(key).text,
    seconds: 5,
    shared: { text: shared.look.text, word: shared.word(key) },
  }));
  const mark = newMark();
  const { stdout } = spawnSync("sh", {
    input: framedTogether(questions, mark).text,
    encoding: "utf8",
    env: { PATH: `${folder}:${process.env.PATH}` },
    cwd: folder,
  });
  return unframe(stdout, mark);
}

// Answers as MariaDB does: a mark, a row for each word after "OF", a mark.
const honest = `echo >>${folder}/clients
sed -n "s/^SELECT '\\(.*\\)'; ROWS OF \\(.*\\); SELECT '@';$/\\1\\n\\2\\n@/p" | sed '/^@/!s/_/\\n/g'`;

describe("questions to MariaDB", () => {
  test("of many are asked by one client, and each gets its own rows, the last one too", () => {
    writeFileSync(join(folder, "clients"), "");
    const answers = told(honest, ["one", "two_rows", "last_of_all"]);
    assert.deepEqual(
      answers.map(({ stdout }) => rowsIn(stdout)),
      [["one"], ["two", "rows"], ["last", "of", "all"]],
    );
    const { stdout } = spawnSync("wc", ["-l", join(folder, "clients")], { encoding: "utf8" });
    assert.match(stdout, /^1 /);
  });

  test("whose rows hold what a shell would read otherwise get them as they are", () => {
    const rows = String.raw`GRANT ALL ON *.* TO ${"`"}a${"`"}@${"`"}%${"`"}_*_  $HOME \n \\ ?`;
    const [answer] = told(honest, [rows]);
    assert.deepEqual(
      rowsIn(answer?.stdout ?? ""),
      rows.replaceAll(String.raw`\\`, "\\\\").split("_"),
    );
  });

  test("get no rows of others, whatever these begin with", () => {
    const [one, two] = told(honest, ["one_,two_,@_-@thing two@", "two"]);
    assert.deepEqual(rowsIn(one?.stdout ?? ""), ["one", ",two", ",@", "-@thing two@"]);
    assert.deepEqual(rowsIn(two?.stdout ?? ""), ["two"]);
  });

  test("that find nothing are told so, which is no row", () => {
    const none = told(`sed -n "s/^SELECT '\\(@.*@\\)'; .*/\\1\\n@/p"`, ["one", "two"]);
    assert.deepEqual(
      none.map(({ stdout }) => rowsIn(stdout)),
      [[], []],
    );
  });

  test("one of which fails fails for itself alone, with what the client said", () => {
    const choosy = `all=$(cat); case $all in *bad*) echo "ERROR 1146: it doesn't exist" >&2; exit 1 ;; esac
printf '%s\\n' "$all" | { ${honest}; }`;
    const [good, bad] = told(choosy, ["good", "bad"]);
    assert.deepEqual(rowsIn(good?.stdout ?? ""), ["good"]);
    assert.throws(
      () => rowsIn(bad?.stdout ?? ""),
      (error) => error instanceof Unseen && /ERROR 1146: it doesn't exist/.test(error.message),
    );
  });

  test("that nobody answered are a failure, and never no row", () => {
    const [broken] = told("echo @thing one@", ["one"]);
    assert.equal(broken?.status, 1);
    const [silent] = told(":", ["one"]);
    assert.equal(silent?.status, 1);
  });
});
