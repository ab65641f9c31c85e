import { sh } from "../../providers/sh.ts";
import { type TaskKey, type TaskValue, task } from "../../providers/task.ts";
import type { Fixture } from "../laws.ts";

const mark = (folder: string) => `${folder}/it's done`;

export const fixture: Fixture<TaskKey, TaskValue> = {
  state: task,
  place: "folder",
  key: () => ({ name: "leave a mark" }),
  wants: (folder) => [
    {
      done: "yes",
      check: sh`test -e ${mark(folder)}`.text,
      run: sh`echo 1 >${mark(folder)}`.text,
      undo: sh`rm ${mark(folder)}`.text,
    },
    {
      done: "yes",
      check: sh`case $(cat ${mark(folder)}) in 2) ;; *) exit 1 ;; esac`.text,
      run: sh`echo 2 >${mark(folder)}`.text,
      undo: sh`rm -f ${mark(folder)}`.text,
      seconds: 30,
    },
  ],
  befores: () => ({ "not done": sh`:` }),
  picture: (folder) =>
    sh`cd ${folder} && find . -path './.r*' -prune -o -type f -exec sha256sum {} + | sort`,
  except: {
    "what others own survives": "what a deed touches is its author's own affair",
  },
};
