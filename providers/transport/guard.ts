import { type Script, sh } from "../sh.ts";

/**
 * How long a host waits for our word before it undoes an edit that can cut us off, in seconds: longer
 * than opening a new connection may take, short enough to wait for.
 */
export const guardSeconds = 25;

/**
 * Arms the guard: the host itself runs `undo` unless it is disarmed in time. It runs in a session of
 * its own, so that it outlives the connection that armed it. Whoever moves or removes the file first
 * has decided: undoing and disarming can't both happen.
 */
export function arm(undo: Script, name: string): Script {
  const file = `/run/quintet/guard.${name}`;
  return sh`printf '%s\n' ${undo.text} >${file} || exit
setsid sh -c 'sleep "$1"; mv "$2" "$2.undoing" 2>/dev/null || exit 0; sh "$2.undoing"; rm -f "$2.undoing"' guard ${guardSeconds} ${file} </dev/null >/dev/null 2>&1 9>&- &`;
}

/** Says that the host still lets us in. Ends with status 3 when the host has undone the edit already. */
export function disarm(names: readonly string[]): Script {
  const files = names.map((name) => `/run/quintet/guard.${name}`);
  return sh`for f in ${files}; do rm "$f" 2>/dev/null || exit 3; done`;
}
