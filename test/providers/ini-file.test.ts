import assert from "node:assert/strict";
import { describe, test } from "node:test";
import type { Change } from "../../providers/contract.ts";
import { Refused } from "../../providers/errors.ts";
import { type IniFileValue, iniFile } from "../../providers/ini-file.ts";
import { sh } from "../../providers/sh.ts";
import { triedFile } from "./ini-file.tried.ts";

const { place, folder, path, key, write, text, look, make } = triedFile();

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
    [
      "gives a new key no indented line that is nobody's",
      "[a]\n#b = 1\n  x\n#c = 1\n",
      { "a/b": "2" },
      "[a]\n#b = 1\n  x\nb = 2\n#c = 1\n",
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
