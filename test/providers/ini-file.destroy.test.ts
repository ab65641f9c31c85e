import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { type IniFileValue, iniFile } from "../../providers/ini-file.ts";
import { sh } from "../../providers/sh.ts";
import { triedFile } from "./ini-file.tried.ts";

const { place, folder, path, key, write, text, run, look, make } = triedFile();

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
