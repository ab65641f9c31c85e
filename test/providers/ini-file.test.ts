import assert from "node:assert/strict";
import { after, afterEach, describe, test } from "node:test";
import fc from "fast-check";
import type { Change } from "../../providers/contract.ts";
import { Refused } from "../../providers/errors.ts";
import { type IniFileValue, iniFile } from "../../providers/ini-file.ts";
import { lines, type Script, sh } from "../../providers/sh.ts";
import { folderPlace } from "../places.ts";

const place = folderPlace();
const { folder } = place;
const path = `${folder}/nova.conf`;
const key = { path };

after(() => place.end());
afterEach(() => place.run(sh`rm -rf ${folder} && mkdir -p ${folder}`));

const write = (text: string) => place.run(sh`printf '%s' ${text} >${path}`);
const text = () => place.run(sh`cat ${path}`);
const run = (changes: readonly Change[]) =>
  place.run(lines(changes.map((change) => change.script)));

async function look(declared: IniFileValue): Promise<IniFileValue | undefined> {
  const live = iniFile.parse(await place.run(iniFile.probe(key)), key);
  return live && iniFile.own(declared, live);
}

async function make(wish: IniFileValue): Promise<readonly Change[]> {
  const want = iniFile.value.parse(wish);
  const changes = iniFile.converge(key, want, await look(want));
  await run(changes);
  return changes;
}

describe("an ini file is read as oslo.config reads it:", () => {
  const table: [string, string, IniFileValue][] = [
    ["blanks around the divider do not count", "[a]\nb  =   c d  \n", { "a/b": "c d" }],
    ["the first of = and : divides", "[a]\nb=c:d\ne:f=g\n", { "a/b": "c:d", "a/e": "f=g" }],
    ["an indented line continues", "[a]\nb = c\n\td = e\n  # f\ng = h", { "a/b": "c\nd = e\n# f" }],
    ["a blank line ends a value", "[a]\nb = c\n\n  d\n", { "a/b": "c" }],
    ["quotes and # are part of the value", `[a]\nb = "c" # d\n`, { "a/b": `"c" # d` }],
    ["comments are nobody's", "[a]\n#b = 1\n;b = 2\n", {}],
    ["keys of other case are others", "[a]\nB = 1\n[A]\nb = 2\n", {}],
    ["a key above the first section", "b = 1\n[a]\nb = 2\n", { "/b": "1", "a/b": "2" }],
    ["a doubled key has both values", "[a]\nb = 1\n[c]\n[a]\nb = 2", { "a/b": ["1", "2"] }],
    ["an empty value is a value", "[a]\nb =\n", { "a/b": "" }],
    ["a key with a slash", "[a]\n/v2.1: x\n", { "a//v2.1": "x" }],
    ["a line without a divider is nobody's", "[a]\nb\n b = 1\n", {}],
    ["line ends of another system", "[a]\r\nb = c\r\n", { "a/b": "c" }],
  ];
  for (const [name, given, expected] of table) {
    test(name, async () => {
      await write(given);
      const declared = { "a/b": "", "/b": "", "a/e": "", "a//v2.1": "" };
      assert.deepEqual(await look(declared), expected);
    });
  }
});

describe("an edit of an ini file", () => {
  const table: [string, string, IniFileValue, string][] = [
    ["keeps the line's own spacing", "[a]\nb=1\nc : 2\n", { "a/b": "3" }, "[a]\nb=3\nc : 2\n"],
    [
      "puts a new key behind its commented example",
      "[a]\n# About b.\n#b = <b>\n\n#c = 1\nd = 1\n[e]\n#b = 2\n",
      { "a/b": "1" },
      "[a]\n# About b.\n#b = <b>\nb = 1\n\n#c = 1\nd = 1\n[e]\n#b = 2\n",
    ],
    [
      "puts other new keys behind the section's last one",
      "[a]\nb = 1\n  more\n\n# About c.\n[c]\n[a]\nd = 1\n",
      { "a/x": "1", "a/y": "2" },
      "[a]\nb = 1\n  more\nx = 1\ny = 2\n\n# About c.\n[c]\n[a]\nd = 1\n",
    ],
    ["appends a missing section", "[a]\nb = 1", { "c/d": "2" }, "[a]\nb = 1\n\n[c]\nd = 2\n"],
    ["puts a key above the first section", "# x\n\n[a]\n", { "/b": "1" }, "# x\nb = 1\n\n[a]\n"],
    ["repairs a doubled key to one", "[a]\nb=1\nc=2\nb=3\n", { "a/b": "1" }, "[a]\nb=1\nc=2\n"],
    ["writes several values", "[a]\nb=1\n", { "a/b": ["2", "3"] }, "[a]\nb=2\nb=3\n"],
    ["takes a key away", "[a]\nb=1\n  2\nc=3\n", { "a/b": [] }, "[a]\nc=3\n"],
    ["takes an emptied section along", "[a]\nb=1\n\n[c]\nd=2\n", { "c/d": [] }, "[a]\nb=1\n"],
    ["writes a line break as a continuation", "", { "a/b": "1\n2" }, "[a]\nb = 1\n    2\n"],
    ["empties a value", "[a]\nb = 1\n", { "a/b": "" }, "[a]\nb =\n"],
    [
      "leaves lines that it cannot read",
      "[a]\n!x\n%\n b\n",
      { "a/c": "1" },
      "[a]\n!x\n%\n b\nc = 1\n",
    ],
  ];
  for (const [name, given, wish, expected] of table) {
    test(name, async () => {
      await write(given);
      await make(wish);
      assert.equal(await text(), expected);
      assert.deepEqual(await make(wish), [], "a second run changes nothing");
    });
  }

  test("says which keys, and never a value", async () => {
    await write("[a]\nb=old-secret\nd=old-secret\nd=old-secret\n");
    const changes = await make({ "a/b": "new-secret", "a/c": "new-secret", "a/d": "x", "a/e": [] });
    assert.deepEqual(
      changes.map((change) => change.why),
      [
        `set [a] b (was different), set [a] c (was absent), set [a] d (was there 2 times) in ${path}`,
      ],
    );
  });

  test("keeps owner and mode, and follows a symbolic link", async () => {
    await write("[a]\nb=1\n");
    await place.run(sh`chmod 4601 ${path}; mv ${path} ${path}.real; ln -s nova.conf.real ${path}`);
    await make({ "a/b": "2" });
    assert.equal(
      await place.run(sh`stat -c %a ${path}.real; readlink ${path}`),
      "4601\nnova.conf.real\n",
    );
    assert.equal(await text(), "[a]\nb=2\n");
  });

  test("makes a file that root alone may read, unless a mode is promised", async () => {
    await make({ "a/b": "1" });
    assert.equal(await place.run(sh`stat -c %a ${path}`), "600\n");
    await make({ "a/b": "1", mode: "644" });
    assert.equal(await place.run(sh`stat -c %a ${path}`), "644\n");
  });

  test("that cannot be written leaves the old file, and nothing beside it", async () => {
    const given = `[a]\nb=1\n${"# filled\n".repeat(2000)}`;
    await write(given);
    const [change] = iniFile.converge(key, { "a/b": "2" }, { "a/b": "1" });
    assert.ok(change);
    await assert.rejects(place.run(sh`ulimit -f 8; trap '' XFSZ; ${change.script}`));
    assert.equal(await text(), given);
    assert.equal(await place.run(sh`ls -A ${folder}`), "nova.conf\n");
  });

  test("shows no value to whoever lists processes", async () => {
    const spy = `#!/bin/sh\nprintf '%s\\n' "$@" >>${folder}/seen\nexec /usr/bin/$(basename "$0") "$@"\n`;
    const names = ["env", "printf", "awk", "base64", "cp", "mv", "cmp", "sort", "cat"];
    await place.run(
      sh`mkdir ${folder}/bin; for n in ${names}; do printf '%s' ${spy} >${folder}/bin/$n; done; chmod +x ${folder}/bin/*`,
    );
    await write("[a]\nb=old-secret\n");
    const kept = await place.run(iniFile.keep(key));
    const watched = async (changes: readonly Change[]) => {
      for (const { script } of changes) await place.run(sh`PATH=${folder}/bin:$PATH; ${script}`);
    };
    await watched(iniFile.converge(key, { "a/b": "new-secret" }, { "a/b": "old-secret" }));
    await watched(iniFile.putBack(key, kept, { "a/b": "old-secret" }, { "a/b": "new-secret" }));
    const seen = await place.run(sh`cat ${folder}/seen`);
    assert.match(seen, /understand/);
    assert.doesNotMatch(seen, /secret/);
    assert.equal(await text(), "[a]\nb=old-secret\n");
  });
});

describe("an ini file at destroy", () => {
  const given = "# mine\n[a]\nb=1\n\n\n[c]\nd = 1\nd = 1";

  async function destroyAfter(meanwhile: () => Promise<unknown>, wish: IniFileValue) {
    const found = await look(wish);
    const kept = await place.run(iniFile.keep(key));
    await make(wish);
    await meanwhile();
    await run(iniFile.putBack(key, kept, found, await look(wish)));
  }
  const wish = { "a/b": [], "c/d": "2", "new/e": "3" };

  test("gets its bytes back, also when our keys were edited by hand", async () => {
    await write(given);
    await destroyAfter(() => place.run(sh`sed -i s/3/4/ ${path}`), wish);
    assert.equal(await text(), given);
  });

  test("edited by others keeps their edits, and only our keys go back", async () => {
    await write(given);
    await destroyAfter(
      () => place.run(sh`echo 'f = 5' >>${path}; sed -i 's/# mine/# still &/' ${path}`),
      wish,
    );
    assert.equal(
      await text(),
      "# still # mine\n\n\n[c]\nd = 1\nd = 1\n\n[new]\nf = 5\n\n[a]\nb = 1\n",
    );
  });

  test("keeps a section that was empty before", async () => {
    await write("[new]\n[c]\n");
    await destroyAfter(() => place.run(sh`echo 'f = 5' >>${path}`), { "new/e": "3" });
    assert.equal(await text(), "[new]\n[c]\nf = 5\n");
  });

  test("that somebody removed comes back whole", async () => {
    await write(given);
    await place.run(sh`chmod 640 ${path}`);
    await destroyAfter(() => place.run(sh`rm ${path}`), wish);
    assert.equal(await text(), given);
    assert.equal(await place.run(sh`stat -c %a ${path}`), "640\n");
  });

  test("whose folder is gone is let go of", async () => {
    await write(given);
    await destroyAfter(() => place.run(sh`rm -r ${folder}`), wish);
  });

  test("goes when it was not there before, unless others wrote in it", async () => {
    await destroyAfter(async () => {}, { "a/b": "1", "c/d": "2" });
    assert.equal(await place.run(sh`ls -A ${folder}; if [ -e ${path} ]; then cat ${path}; fi`), "");
    await destroyAfter(() => place.run(sh`echo 'f = 5' >>${path}`), { "a/b": "1", "c/d": "2" });
    assert.equal(await text(), "\n[c]\nf = 5\n");
  });
});

describe("a promise about an ini file", () => {
  const refused: IniFileValue[] = [
    { my_ip: "1" },
    { "a/": "1" },
    { "a/b=c": "1" },
    { "a/#b": "1" },
    { "a]/b": "1" },
    { "a/b": "1\n\n2" },
    { mode: "rw" },
    { owner: ["a", "b"] },
  ];
  for (const wish of refused) {
    test(`${JSON.stringify(wish)} is refused`, () => {
      assert.equal(iniFile.value.safeParse(wish).success, false);
    });
  }

  test("on a folder is refused", async () => {
    await place.run(sh`mkdir ${path}`);
    await assert.rejects(look({}), Refused);
  });
});

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
      const [, seen = "", kept = ""] = await each(begin, iniFile.probe(key), iniFile.keep(key));
      const before = iniFile.parse(seen, key) ?? {};
      const found = iniFile.own(wanted, before);
      const edit = only(iniFile.converge(key, wanted, found));
      const answers = await each(edit, show, edit, show, iniFile.probe(key));
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
