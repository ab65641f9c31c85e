import assert from "node:assert/strict";
import { describe, test } from "node:test";
import fc from "fast-check";
import type { Change } from "../../providers/contract.ts";
import { iniFile } from "../../providers/ini-file.ts";
import { lines, type Script, sh } from "../../providers/sh.ts";
import { lookOf } from "../places.ts";
import { triedFile } from "./ini-file.tried.ts";

const { place, path, key } = triedFile();

describe("any ini file", () => {
  const names = ["a", "b", "c d", "DEFAULT"];
  const line = fc.oneof(
    fc.constantFrom(
      "",
      "  ",
      "[a]",
      "[DEFAULT]",
      "[c d]",
      "[]",
      "[x",
      "  cont",
      "\tb = c",
      "junk",
      "[a] # x",
    ),
    fc
      .tuple(
        fc.constantFrom(...names),
        fc.constantFrom("=", " = ", ":"),
        fc.constantFrom("", "1", "x = y"),
      )
      .map((parts) => parts.join("")),
    fc.constantFrom(...names).map((name) => `#${name} = 1`),
    fc.string({ maxLength: 6, unit: "grapheme-ascii" }),
  );
  const file = fc
    .tuple(fc.array(line, { maxLength: 14 }), fc.constantFrom("", "\n", "\n\n"))
    .map(([all, end]) => all.join("\n") + end);
  const id = fc
    .tuple(fc.constantFrom("", ...names), fc.constantFrom(...names))
    .map((parts) => parts.join("/"));
  const wished = fc.constantFrom<(string | string[])[]>(
    "1",
    "",
    "x\ny = z",
    "&\\1",
    [],
    ["1", "2"],
  );
  const wish = fc.dictionary(id, wished, { minKeys: 1, maxKeys: 4, noNullPrototype: true });

  /** Runs scripts in one shell, and gives what each has printed. */
  async function each(...scripts: Script[]): Promise<string[]> {
    const marked = scripts.map((script) => sh`( :; ${script} ) || exit\nprintf '\\036'`);
    return (await place.run(lines(marked))).split("\x1e");
  }
  const show = sh`cat ${path}`;
  const only = (changes: readonly Change[]) => lines(changes.map((change) => change.script));

  test("gets what is wanted, keeps what is others', twice is once, and comes back", async () => {
    const property = fc.asyncProperty(file, wish, async (given, wanted) => {
      const begin = sh`printf '%s' ${given} >${path}`;
      const [, seen = "", kept = ""] = await each(begin, lookOf(iniFile, key), iniFile.keep(key));
      const before = iniFile.parse(seen, key) ?? {};
      const found = iniFile.own(wanted, before);
      const edit = only(iniFile.converge(key, wanted, found));
      const answers = await each(edit, show, edit, show, lookOf(iniFile, key));
      const [, edited = "", , again, live = ""] = answers;
      assert.equal(again, edited, "twice is once");
      const now = iniFile.parse(live, key) ?? {};
      assert.deepEqual(iniFile.own(wanted, now), wanted);
      assert.deepEqual({ ...now, ...wanted }, { ...before, ...wanted }, "keys of others stay");
      const comments = (whole: string) => whole.split("\n").filter((one) => /^[#;]/.test(one));
      assert.deepEqual(comments(edited), comments(given), "comments stay, in order");
      const back = only(iniFile.putBack(key, kept, found, iniFile.own(wanted, now)));
      assert.deepEqual((await each(back, show))[1], given);
    });
    await fc.assert(property, { numRuns: 80 });
  });
});
