import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, beforeEach, describe, test } from "node:test";
import { iniFile } from "../../providers/ini-file.ts";
import { framedTogether, newMark, unframe } from "../../providers/transport/frames.ts";

const folder = mkdtempSync(join(tmpdir(), "quintet-ini-"));
after(() => rmSync(folder, { recursive: true }));
const at = (name: string) => join(folder, name);
const note = at("programs");

/** The entries of files that are asked about together, and how many programs have read them. */
function seen(names: readonly string[], { before = "", look = iniFile.shared.look.text } = {}) {
  writeFileSync(note, "");
  const mark = newMark();
  const questions = names.map((name) => ({
    text: iniFile.probe({ path: at(name) }).text,
    seconds: 5,
    shared: { text: look, word: iniFile.shared.word({ path: at(name) }) },
  }));
  const counting = `awk() { echo ran >>${note}; command awk "$@"; }\n${before}\n`;
  const input = counting + framedTogether(questions, mark).text;
  const answers = unframe(spawnSync("sh", { input, encoding: "utf8" }).stdout, mark);
  const entries = names.map((name, index) => {
    assert.equal(answers[index]?.status, 0, answers[index]?.stderr);
    const have = iniFile.parse(answers[index]?.stdout ?? "", { path: at(name) });
    const { owner, group, mode, ...rest } = have ?? {};
    return have && rest;
  });
  return { entries, programs: readFileSync(note, "utf8").trim().split("\n").length };
}

describe("a look at all ini files of a host", () => {
  beforeEach(() => {
    rmSync(folder, { recursive: true });
    mkdirSync(folder);
    writeFileSync(at("one"), "# one\n\n[a]\nb = 1\n\n# more\n");
    writeFileSync(at("two"), "  c = 2\n[a]\nb = 2\n  more\n  again");
    writeFileSync(at("it's 3*"), "\n\n;\n  c = 3\n[a]\nb = 3\n# d\nd = x\nd = y\n");
  });
  const all = ["one", "two", "it's 3*"];
  const entries = [{ "a/b": "1" }, { "a/b": "2\nmore\nagain" }, { "a/b": "3", "a/d": ["x", "y"] }];

  test("reads them by one program, and tells each its own", () => {
    assert.deepEqual(seen(all), { entries, programs: 1 });
  });

  test("tells what is absent, and what has no entries", () => {
    writeFileSync(at("empty"), "");
    writeFileSync(at("comments"), "# a\n\n# b = 1\n");
    const names = ["absent", "empty", "one", "comments"];
    // Of an empty file awk says nothing.
    assert.deepEqual(seen(names), { entries: [undefined, {}, entries[0], {}], programs: 2 });
  });

  test("tells a link's file, and does not die of a folder", () => {
    symlinkSync("one", at("link"));
    mkdirSync(at("folder"));
    const text = iniFile.shared.look.text.replace(
      "for path; do",
      `set -- "$@" ${at("folder")}\n$&`,
    );
    assert.deepEqual(seen(["link", "one"], { look: text }), {
      entries: [entries[0], entries[0]],
      programs: 2,
    });
  });

  const odd = {
    "a NUL": "1\u00002",
    "what parts the files": `1\x1e${at("one")}`,
  };
  for (const [what, value] of Object.entries(odd)) {
    test(`leaves a file with ${what} in a value to a look of its own`, () => {
      writeFileSync(at("two"), `[a]\nb = ${value}\nc = 9\n`);
      const { entries: told, programs } = seen(["one", "two"]);
      assert.deepEqual(told[1], { "a/b": value, "a/c": "9" });
      assert.deepEqual(told[0], entries[0]);
      assert.equal(programs, 2);
    });
  }

  test("that dies is no sign that an entry is absent", () => {
    for (let bytes = 0; bytes < 200; bytes += 9) {
      const cut = `case $* in *one*two*) head -c ${bytes} ;; *) cat ;; esac`;
      const before = `awk() { command awk "$@" | ${cut}; }`;
      assert.deepEqual(seen(all, { before }).entries, entries);
    }
  });
});
