import assert from "node:assert/strict";
import { after, describe, test } from "node:test";
import { directory } from "../../providers/directory.ts";
import { file } from "../../providers/file.ts";
import { lines } from "../../providers/lines.ts";
import { type Script, sh, lines as together } from "../../providers/sh.ts";
import { folderPlace, lookOf } from "../places.ts";

const place = folderPlace();
after(() => place.end());
const path = `${place.folder}/a|b`;
const folder = `${place.folder}/c|d`;
await place.run(sh`echo one >${path}; chmod 640 ${path}; mkdir -m 750 ${folder}`);
const kinds = [
  { what: "a file", look: lookOf(file, { path }), said: /^file \w+ \w+ 640\none$/ },
  { what: "a folder", look: lookOf(directory, { path: folder }), said: /^folder \w+ \w+ 750$/ },
  {
    what: "a file of entries",
    look: lookOf(lines, { path, by: { mark: "quintet" } }),
    said: /^file \w+ \w+ 640$/m,
  },
];

/** The look with a program that does something else in the place of the real one. */
const run = (look: Script, instead = sh``) =>
  place.run(together([instead, look])).then((said) => said.trimEnd());

describe("a look for all files of a host", () => {
  for (const { what, look, said } of kinds) {
    test(`tells ${what} whole`, async () => assert.match(await run(look), said));

    test(`that dies is made again for ${what}`, async () => {
      const once = sh`stat() { case $* in *'|%n'*) return 137 ;; esac; command stat "$@"; }`;
      assert.match(await run(look, once), said);
    });

    test(`never tells that ${what} is absent while no look comes to its end`, async () => {
      await assert.rejects(run(look, sh`stat() { echo killed >&2; return 137; }`), /killed/);
    });
  }

  test("does not take one path for the end of another", async () => {
    const [long, short] = [`${place.folder}/e|${place.folder}/f`, `${place.folder}/f`];
    await place.run(sh`mkdir -p $(dirname ${long}); : >${long}; : >${short}; chmod 600 ${long}`);
    const look = sh`shared=$(set -- ${[long, short]}
${file.shared.look})
${file.probe({ path: short })}`;
    assert.match(await run(look), / 644$/);
  });

  test("cannot tell about folders while it is not known what is mounted", async () => {
    const look = lookOf(directory, { path: folder });
    await assert.rejects(run(look, sh`awk() { return 2; }`));
  });
});
