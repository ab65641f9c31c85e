import { readFileSync } from "node:fs";
import { type PlatformKey, type PlatformValue, platform } from "../../providers/platform.ts";
import { sh } from "../../providers/sh.ts";
import type { Fixture } from "../laws.ts";

const release = readFileSync("/etc/os-release", "utf8");
const word = (name: string) => new RegExp(`^${name}="?([^"\\n]*)`, "m").exec(release)?.[1] ?? "";

export const fixture: Fixture<PlatformKey, PlatformValue> = {
  state: platform,
  place: "folder",
  key: () => ({ freeMegabytes: 0 }),
  wants: () => {
    const value = { system: `${word("ID")} ${word("VERSION_ID")}`, space: "enough" };
    return [value, value];
  },
  befores: () => ({ "this machine": sh`:` }),
  picture: (folder) => sh`ls -A ${folder} | grep -v '^\\.r' || :`,
  except: {
    "what others own survives": "it changes nothing",
    "a script that lies is reported": "its only script fails: nothing can be made true from here",
  },
};
