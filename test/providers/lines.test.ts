import assert from "node:assert/strict";
import { after, afterEach, describe, test } from "node:test";
import type { Change } from "../../providers/contract.ts";
import { type LinesKey, type LinesValue, lines } from "../../providers/lines.ts";
import { lines as scripts, sh } from "../../providers/sh.ts";
import { folderPlace, lookOf } from "../places.ts";

const place = folderPlace();
const { folder } = place;
const path = `${folder}/file`;
type By = LinesKey["by"];

after(() => place.end());
afterEach(() => place.run(sh`rm -rf ${folder} && mkdir -p ${folder}`));

const write = (text: string) => place.run(sh`printf '%s' ${text} >${path}`);
const text = () => place.run(sh`cat ${path}`);
const run = (changes: readonly Change[]) =>
  place.run(scripts(changes.map((change) => change.script)));

async function look(by: By, declared: LinesValue): Promise<LinesValue | undefined> {
  const key = { path, by };
  const live = lines.parse(await place.run(lookOf(lines, key)), key);
  return live && lines.own(declared, live);
}

async function make(by: By, wish: LinesValue): Promise<readonly Change[]> {
  const want = lines.value.parse(wish);
  const changes = lines.converge({ path, by }, want, await look(by, want));
  await run(changes);
  return changes;
}

describe("a line is known again", () => {
  const table: [By, string, LinesValue][] = [
    ["field 1", "# a 1\n  a 2\nb a\na\t3\n", { a: ["a 2", "a\t3"] }],
    ["field 2", "a b\nb a # x\nb\n", { a: "b a # x" }],
    ["assignment", "#a=1\n export a=2\naa=3\na = 4\nb=a=5\n", { a: ["export a=2", "a = 4"] }],
    ["line", "a b\na\n a \n#a\n", { a: ["a", "a"] }],
    ["marker", "a\nx  # quintet: a\n# y # quintet: a\nz # quintet: aa\n", { a: ["x", "# y"] }],
  ];
  for (const [by, given, expected] of table) {
    test(`by its ${by}`, async () => {
      await write(given);
      assert.deepEqual(await look(by, { a: "" }), expected);
    });
  }
});

describe("an edit of lines", () => {
  const table: [string, By, string, LinesValue, string][] = [
    [
      "changes a line at its place",
      "field 1",
      "10.0.0.1 old\n\n# x\n10.0.0.2 b\n",
      { "10.0.0.1": "10.0.0.1 new" },
      "10.0.0.1 new\n\n# x\n10.0.0.2 b\n",
    ],
    [
      "leaves one of a doubled line, the first",
      "field 2",
      "a /m x\nb /n y\na /m x\n",
      { "/m": "a /m x" },
      "a /m x\nb /n y\n",
    ],
    ["appends behind a last line without an end", "line", "a", { b: "b" }, "a\nb\n"],
    [
      "puts an assignment behind its commented example",
      "assignment",
      "# A=what\n#A=1\nB=2\n",
      { A: "A='x y'" },
      "# A=what\n#A=1\nA='x y'\nB=2\n",
    ],
    ["takes a line away", "assignment", "A=1\n#A=2\nA=3\n", { A: [] }, "#A=2\n"],
    ["marks its lines", "marker", "a\n", { m: "a" }, "a\na  # quintet: m\n"],
  ];
  for (const [name, by, given, wish, expected] of table) {
    test(name, async () => {
      await write(given);
      await make(by, wish);
      assert.equal(await text(), expected);
      assert.deepEqual(await make(by, wish), [], "a second run changes nothing");
    });
  }

  test("makes a file that everybody may read", async () => {
    await make("line", { a: "a" });
    assert.equal(await place.run(sh`stat -c %a ${path}`), "644\n");
  });

  test("with a text that does not carry its id fails, and writes nothing", async () => {
    await write("10.0.0.1 a\n");
    await assert.rejects(
      make("field 1", { "10.0.0.1": "10.0.0.9 a" }),
      /known again as 10\.0\.0\.1, by its field 1/,
    );
    assert.equal(await place.run(sh`cat ${path}; ls -A ${folder}`), "10.0.0.1 a\nfile\n");
  });

  test("says which lines, and not what is in them", async () => {
    await write("A=secret\nC=1\nC=2\n");
    const [change] = await make("assignment", { A: "A=new", B: "B=new", C: "C=1" });
    assert.equal(
      change?.why,
      `set the line of A (was different), set the line of B (was absent), set the line of C (was there 2 times) in ${path}`,
    );
  });
});

describe("a file of lines at destroy", () => {
  async function destroyAfter(wish: LinesValue, meanwhile: () => Promise<unknown>) {
    const key = { path, by: "field 1" } as const;
    const found = await look("field 1", wish);
    const kept = await place.run(lines.keep(key));
    await make("field 1", wish);
    await meanwhile();
    await run(lines.putBack(key, kept, found, await look("field 1", wish)));
  }
  const given = "10.0.0.1   old\n127.0.1.1 gone\n\nlast";
  const wish = { "10.0.0.1": "10.0.0.1 new", "10.0.0.2": "10.0.0.2 b", "127.0.1.1": [] };

  test("gets its bytes back", async () => {
    await write(given);
    await destroyAfter(wish, async () => {});
    assert.equal(await text(), given);
  });

  test("keeps a line that somebody else added, and loses only ours", async () => {
    await write(given);
    await destroyAfter(wish, () => place.run(sh`echo '10.0.0.3 theirs' >>${path}`));
    assert.equal(await text(), "10.0.0.1   old\n\nlast\n10.0.0.3 theirs\n127.0.1.1 gone\n");
  });
});

describe("a promise about lines", () => {
  for (const wish of [{ a: "a\nb" }, { a: "" }, { a: " " }, { "": "a" }, { a: ["a", "a"] }]) {
    test(`${JSON.stringify(wish)} is refused`, () => {
      assert.equal(lines.value.safeParse(wish).success, false);
    });
  }
});
