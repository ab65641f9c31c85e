import { type Script, sh } from "../sh.ts";

/** What a host does by itself unless a new connection, opened after an edit, confirms it. */
export interface Undo {
  /**
   * What is edited, as a word without a dot: the next edit of it takes over from this one's guard. One
   * write edits it once.
   */
  readonly of: string;
  /** Goes back to what stands in `foundBefore`, and touches nothing else. */
  readonly script: Script;
}

/**
 * How long a host waits for our word before it undoes an edit that can cut us off, in seconds: longer
 * than opening a new connection may take, short enough to wait for.
 */
export const guardSeconds = 25;

/** Where an edit writes down what it finds before it changes anything, unless something stands there. */
export function foundBefore(of: string): string {
  return `/run/quintet/before.${of}`;
}

/** The files of the guards, armed or just undoing, of all whose name begins so: a pattern for the shell. */
export function guards(beginning: string): Script {
  return sh`${`/run/quintet/guard.${beginning}`}*`;
}

/**
 * Arms the guard: the host itself runs the undo unless it is disarmed in time. It runs in a session of
 * its own, so that it outlives the connection that armed it. Whoever moves or removes the file first
 * has decided: undoing and disarming can't both happen.
 *
 * A guard that nobody has confirmed gives way, but what it would have gone back to stays noted, because
 * nothing since was seen to let us in. One that is undoing comes to its end first.
 */
export function arm({ of, script }: Undo, mark: string): Script {
  const file = armed(of, mark);
  return sh`set -- ${guards(`${of}.`)}
case $1 in *'*') rm -f ${foundBefore(of)} ;; esac
printf '%s\n' ${script.text} >${file} || exit
for f; do
  f=\${f%.undoing}
  rm "$f" 2>/dev/null || [ ! -e "$f.undoing" ] || flock -w 8 "$f.undoing" rm -f "$f.undoing" ||
    { echo ${`an earlier edit of ${of} is still being undone: run again`} >&2; exit 75; }
done
setsid sh -c 'sleep "$1"; mv "$2" "$2.undoing" 2>/dev/null || exit 0; flock "$2.undoing" sh "$2.undoing"; rm -f "$2.undoing"' guard ${guardSeconds} ${file} </dev/null >/dev/null 2>&1 9>&- &`;
}

/** Says that the host still lets us in. Ends with status 3 when the host has undone the edit already. */
export function disarm(undos: readonly Undo[], mark: string): Script {
  const files = undos.map(({ of }) => armed(of, mark));
  return sh`for f in ${files}; do rm "$f" 2>/dev/null || exit 3; done`;
}

function armed(of: string, mark: string): string {
  return `/run/quintet/guard.${of}.${mark.replaceAll("@", "")}`;
}
