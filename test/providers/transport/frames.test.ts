import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, describe, test } from "node:test";
import { exchange } from "../../../providers/transport/exchange.ts";
import {
  framed,
  framedTogether,
  newMark,
  Unframing,
  unframe,
} from "../../../providers/transport/frames.ts";

const folder = mkdtempSync(join(tmpdir(), "quintet-frames-"));
after(() => rmSync(folder, { recursive: true, force: true }));
const write = (name: string, text: string) => {
  const path = join(folder, name);
  writeFileSync(path, text);
  return path;
};
const shell = (text: string) => spawnSync("sh", { input: text, encoding: "utf8" });

describe("probes that travel together", () => {
  test("each keeps its output, its complaint and its status", () => {
    const mark = newMark();
    const questions = [
      { text: "printf 'no newline'", seconds: 5 },
      { text: "echo one; echo; echo oh >&2; exit 3", seconds: 5 },
      { text: "cat", seconds: 5 },
      { text: "sleep 9", seconds: 1 },
      { text: "(", seconds: 5 },
    ];
    const answers = unframe(shell(framed(questions, mark).text).stdout, mark);
    assert.deepEqual(answers.slice(0, 4), [
      { stdout: "no newline", stderr: "", status: 0 },
      { stdout: "one\n\n", stderr: "oh", status: 3 },
      { stdout: "", stderr: "", status: 0 },
      { stdout: "", stderr: "", status: 124 },
    ]);
    assert.notEqual(answers[4]?.status, 0);
  });

  test("the cheap way together gives the same answers", () => {
    const mark = newMark();
    const questions = [
      "printf 'no newline'",
      "echo one; echo; echo oh >&2; exit 3",
      "cat",
      "(",
      "set -e; x=left; cd /; false; echo never",
      "printf '%s' \"${x-nothing is left}\"",
    ].map((text) => ({ text, seconds: 5 }));
    const cheap = unframe(shell(framedTogether(questions, mark).text).stdout, mark);
    const [first, second, third, broken, strict, last] = cheap;
    const alone = unframe(shell(framed(questions, mark).text).stdout, mark);
    assert.deepEqual([first, second, third, strict, last], alone.toSpliced(3, 1));
    assert.notEqual(broken?.status, 0);
    assert.equal(last?.stdout, "nothing is left");
  });

  describe("a look that tells something to many", () => {
    const made = (file: string) => `echo "$*" >>${file}; for word; do echo "seen $word"; done`;
    const asking = (text: string, words: readonly string[]) => [
      ...words.map((word) => ({
        text: `printf '%s\\n' "$shared" | grep "seen ${word}"`,
        seconds: 5,
        shared: { text, word },
      })),
      { text: "printf '%s' \"${shared-none of mine}\"", seconds: 5 },
    ];
    const outputs = (program: { text: string }, mark: string) =>
      unframe(shell(program.text).stdout, mark).map(({ stdout }) => stdout.trim());
    const expected = ["seen one", "seen two", "none of mine"];

    test("is made once for those that are asked together, and alone for one that is asked alone", () => {
      const mark = newMark();
      const questions = asking(made(write("together", "")), ["one", "two"]);
      assert.deepEqual(outputs(framedTogether(questions, mark), mark), expected);
      assert.equal(readFileSync(join(folder, "together"), "utf8"), "one two\n");
      const apart = asking(made(write("apart", "")), ["one", "two"]);
      assert.deepEqual(outputs(framed(apart, mark), mark), expected);
      assert.equal(readFileSync(join(folder, "apart"), "utf8"), "one\ntwo\n");
    });

    test("that fails for one word fails for that one alone, with its reason", () => {
      const mark = newMark();
      const choosy = `[ "$*" = one ] || { echo "I know only one" >&2; exit 4; }; echo "seen $*"`;
      const answers = unframe(
        shell(framedTogether(asking(choosy, ["one", "two"]), mark).text).stdout,
        mark,
      );
      assert.equal(answers[0]?.stdout, "seen one\n");
      assert.deepEqual(answers[1], { stdout: "", stderr: "I know only one", status: 4 });
    });
  });

  test("one that does not end costs its own time, and no other its answer", async () => {
    const asked: number[] = [];
    const pool = {
      run: async (_host: string, program: string, seconds: number) => {
        asked.push(seconds);
        // As on a host, where the program as a whole has a limit; here it is shorter, to be quick.
        const bounded = ["-k", "1", String(asked.length === 1 ? 1 : seconds), "sh"];
        const { stdout, stderr, status } = spawnSync("timeout", bounded, {
          input: program,
          encoding: "utf8",
        });
        return { stdout, stderr, status: status ?? undefined };
      },
    };
    const answers = await exchange(pool, "here", [
      { text: "echo before", seconds: 5 },
      { text: "echo half; exec sleep 9", seconds: 1 },
      { text: "echo after", seconds: 5 },
    ]);
    assert.deepEqual(
      answers.map(({ stdout, status }) => [stdout.trim(), status]),
      [
        ["before", 0],
        ["half", 124],
        ["after", 0],
      ],
    );
    assert.deepEqual(asked, [15, 16]);
  });

  test("each answer is told as it comes, wherever the bytes are parted", () => {
    const mark = newMark();
    const questions = ["echo one", "echo two >&2; exit 3", "printf three"];
    const asked = questions.map((text) => ({ text, seconds: 5 }));
    const { stdout } = shell(framedTogether(asked, mark).text);
    for (const size of [1, 7, mark.length, stdout.length]) {
      const unframing = new Unframing(mark);
      const told: [number, string, number][] = [];
      for (let at = 0; at < stdout.length; at += size) {
        const whole = unframing.take(stdout.slice(at, at + size));
        for (const { stdout: text, status } of whole) told.push([at, text.trim(), status]);
      }
      assert.deepEqual(
        told.map(([, text, status]) => [text, status]),
        [
          ["one", 0],
          ["", 3],
          ["three", 0],
        ],
      );
      // The first is there before the last has come.
      if (size < mark.length) assert.ok((told[0]?.[0] ?? 0) < (told[2]?.[0] ?? 0));
    }
  });

  test("an answer is told while the host still looks for the next, and one that is lost is asked for again", async () => {
    let ran = 0;
    const told: [string, number][] = [];
    const pool = {
      run: async (
        _host: string,
        program: string,
        _seconds: number,
        _patience?: number,
        listen?: (more: string) => void,
      ) => {
        ran += 1;
        const { stdout } = shell(program);
        const cut = ran === 1 ? stdout.slice(0, -20) : stdout;
        for (const part of cut.match(/[\s\S]{1,50}/g) ?? []) listen?.(part);
        if (ran === 1)
          assert.deepEqual(
            told.map(([text]) => text),
            ["one", "two"],
          );
        return { stdout: cut, stderr: "", status: 0 };
      },
    };
    const asked = ["echo one", "echo two", "echo three"].map((text) => ({ text, seconds: 5 }));
    const answers = await exchange(pool, "here", asked, ({ stdout }, index) =>
      told.push([stdout.trim(), index]),
    );
    assert.deepEqual(
      told,
      ["one", "two"].map((text, index) => [text, index]),
    );
    assert.deepEqual(
      answers.map(({ stdout }) => stdout.trim()),
      ["one", "two", "three"],
    );
    assert.equal(ran, 2);
  });

  test("an answer that did not arrive whole is not taken for one", () => {
    const mark = newMark();
    const whole = shell(framed([{ text: "echo a", seconds: 5 }], mark).text).stdout;
    assert.deepEqual(unframe(whole.slice(0, -mark.length), mark), []);
  });
});
