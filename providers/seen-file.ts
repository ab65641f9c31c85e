import { z } from "zod";
import { type Script, sh } from "./sh.ts";

/** A path that a line of a host's answer can hold. */
export const absolutePath = z.string().regex(/^\/[^\n]*$/, "an absolute path, in one line");

/** For kinds with a `path`: prints whose each one is and its mode, and nothing of one that is not there. */
export const lookAtFiles = {
  look: sh`
stat -c '%U %G %a|%n' -- "$@" 2>/dev/null
echo end`,
  word: ({ path }: { readonly path: string }) => path,
};

/**
 * Prints `file`, owner, group and mode of a regular file, and then what `list` prints; or `other`, or
 * `absent`. A link is `other` unless it is followed, and then looked at alone: the look for all sees it itself.
 */
export function seenFile(path: string, list: Script, link: "followed" | "other"): Script {
  return sh`
if [ -L ${path} ]; then ${link === "followed" ? sh`shared=` : sh`echo other; exit`}; fi
if [ -f ${path} ]; then ${toldOf(path, "file")} && ${list}
elif [ -e ${path} ]; then echo other
else echo absent; fi`;
}

/**
 * Prints a word and what the look for all has said of a path, in `$shared`. Where it says nothing (it
 * died, or the path is newer), the path is looked at alone: what is there is never taken for absent.
 */
export function toldOf(path: string, word: string): Script {
  const line = `|${path}\n`;
  return sh`{
  told=\${shared%%${line}*}
  told=\${told##*
}
  case $shared in *${line}*) ;; *) told='|' ;; esac
  case $told in
    *'|'*) stat -Lc ${`${word} %U %G %a`} -- ${path} ;;
    *) printf '%s\\n' ${`${word} `}"$told" ;;
  esac
}`;
}
