import { type Script, sh } from "./sh.ts";

/** Prints of each path what it is and whose; nothing of one that is not there. Links are not followed. */
export const lookAtFiles = sh`
echo begin
stat -c '%n|%F|%U %G %a' -- "$@" 2>/dev/null
echo end`;

/**
 * Prints `file`, owner, group and mode of a regular file, as `lookAtFiles` has seen it in `$shared`, and then
 * what `regular` prints; or `other`, or `absent`. A link is `other` unless there is something to do for it.
 */
export function seenFile(path: string, then: { regular: Script; link?: Script }): Script {
  const regular = `\n${path}|regular `;
  const link = then.link ? sh`*${`\n${path}|symbolic link|`}*) ${then.link} ;;\n` : sh``;
  return sh`
case $shared in
  *${regular}*)
    seen=\${shared#*${regular}*|}
    echo "file \${seen%%
*}"
    ${then.regular} ;;
  ${link}*${`\n${path}|`}*) echo other ;;
  *) echo absent ;;
esac`;
}
