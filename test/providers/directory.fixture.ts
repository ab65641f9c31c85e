import { userInfo } from "node:os";
import { type DirectoryKey, type DirectoryValue, directory } from "../../providers/directory.ts";
import { sh } from "../../providers/sh.ts";
import type { Fixture } from "../laws.ts";
import { folderPicture } from "./file.fixture.ts";

const { username: owner } = userInfo();
const path = (folder: string) => `${folder}/a folder`;

export const fixture: Fixture<DirectoryKey, DirectoryValue> = {
  state: directory,
  place: "folder",
  key: (folder) => ({ path: path(folder) }),
  wants: () => [
    { owner, group: owner, mode: "0750" },
    { owner, group: owner, mode: "2770" },
  ],
  befores: (folder) => ({
    "no folder": sh`:`,
    "a folder of others": sh`mkdir -m 3711 ${path(folder)} && echo theirs >${`${path(folder)}/file`}`,
    "the folder as wanted": sh`mkdir -m 750 ${path(folder)}`,
  }),
  picture: folderPicture,
  others: (folder) => ({
    make: sh`echo kept >${`${path(folder)}/theirs`}`,
    see: sh`cat ${`${path(folder)}/theirs`}`,
  }),
};
