import { userInfo } from "node:os";
import { type FileKey, type FileValue, file } from "../../providers/file.ts";
import { sh } from "../../providers/sh.ts";
import type { Fixture } from "../laws.ts";

const { username: owner } = userInfo();
const group = owner;

/** Paths, modes, owners and contents of everything in a folder. */
export const folderPicture = (folder: string) =>
  sh`cd ${folder} && find . -path ./.run -prune -o -path ./.records -prune -o ! -name . -exec stat -c '%n %F %U %G %a' {} + | sort && find . -type f ! -path './.r*' -exec sha256sum {} + | sort`;

export const fixture: Fixture<FileKey, FileValue> = {
  state: file,
  place: "folder",
  key: (folder) => ({ path: `${folder}/it's a file` }),
  wants: () => [
    { content: "one\n  'two' $three\n", owner, group, mode: "0640" },
    { content: "", owner, group, mode: "0600" },
  ],
  befores: (folder) => ({
    "no file": sh`:`,
    "a file of others, not even text": sh`printf '\\001\\377\\000no newline' >${`${folder}/it's a file`}; chmod 604 ${`${folder}/it's a file`}`,
    "the file as wanted": sh`printf '%s' ${"one\n  'two' $three\n"} >${`${folder}/it's a file`}; chmod 640 ${`${folder}/it's a file`}`,
  }),
  picture: folderPicture,
  except: { "what others own survives": "a File is the whole file" },
};
