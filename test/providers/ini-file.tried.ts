import { after, afterEach } from "node:test";
import type { Change } from "../../providers/contract.ts";
import { type IniFileValue, iniFile } from "../../providers/ini-file.ts";
import { lines, sh } from "../../providers/sh.ts";
import { folderPlace, lookOf } from "../places.ts";

/** An ini file in a temporary folder of its own, and what the tests do with it. */
export function triedFile() {
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
    const live = iniFile.parse(await place.run(lookOf(iniFile, key)), key);
    return live && iniFile.own(declared, live);
  }

  async function make(wish: IniFileValue): Promise<readonly Change[]> {
    const want = iniFile.value.parse(wish);
    const changes = iniFile.converge(key, want, await look(want));
    await run(changes);
    return changes;
  }
  return { place, folder, path, key, write, text, run, look, make };
}
