import { type Script, sh } from "../sh.ts";
import type { MountSpot } from "./boot.ts";

/** What is mounted at a path at this moment. */
export interface Mounted {
  readonly source: string;
  readonly type: string;
  /** "mounted", or what is wrong with it. */
  readonly now: string;
}

/**
 * Prints the mount that lies on top at a path, and whether it answers. A file system in user space whose
 * process is gone says so at once; one that waits for its servers may not answer at all, so the question
 * has a time limit. An answer of "not connected" while the process lives means that its servers are away.
 */
export function lookAtMount(path: string): Script {
  return sh`line=$(awk -v path=${path} '$5 == path { line = $0 } END { print line }' /proc/self/mountinfo)
if [ -n "$line" ]; then
  echo "mount $line"
  said=$(timeout -k 1 3 stat -f ${path} 2>&1 >/dev/null)
  case $?,$said in
    0,*) ;;
    124,*|137,*) echo 'answer late' ;;
    *) if grep -qsz -e ${`^${path}$`} /proc/[0-9]*/cmdline; then echo 'answer late'
      else echo 'answer dead'; fi ;;
  esac
elif [ -d ${path} ]; then echo "files $(ls -A ${path} | wc -l)"
else echo 'files none'; fi`;
}

/** Reads what `lookAtMount` printed; undefined where nothing is mounted. */
export function mountedAt(stdout: string): Mounted | undefined {
  const line = /^mount (.*)$/m.exec(stdout)?.[1];
  if (line === undefined) return undefined;
  // The words after the lone dash: type, source, options of the file system.
  const [type = "", source = ""] = line.slice(line.indexOf(" - ") + 3).split(" ");
  const answer = /^answer (\w+)$/m.exec(stdout)?.[1];
  const now = { dead: "dead: its process is gone", late: "does not answer" }[answer ?? ""];
  return { source: plain(source), type: type.replace(/^fuse\./, ""), now: now ?? "mounted" };
}

// mountinfo writes spaces and the like as octal numbers.
function plain(word: string): string {
  return word.replace(/\\(\d{3})/g, (_all, octal) =>
    String.fromCharCode(Number.parseInt(octal, 8)),
  );
}

/** Mounts, with some patience for a source that is late, and never over files: they would be hidden. */
export function mountNow({ path, source, type, options }: MountSpot): Script {
  return sh`
if [ ! -d ${path} ]; then echo ${`${path} is not a folder: it has to be there before something is mounted on it`} >&2; exit 1; fi
if [ -n "$(ls -A ${path})" ]; then
  echo ${`${path} is not empty, and a mount would hide what is in it:`} "$(ls -A ${path} | head -n 3 | tr '\\n' ' ')" >&2
  echo ${`Look whose files these are, move them away, and run again.`} >&2; exit 1
fi
for try in 1 2 3 4 5 6 7 8 9 10 none; do
  if [ $try = none ]; then echo "$said" >&2; exit 1; fi
  said=$(timeout 60 mount -t ${type} -o ${options} ${source} ${path} 2>&1) && break
  sleep 3
done`;
}

/**
 * Unmounts. A dead file system in user space serves nobody any more, so it may go while processes
 * still hold it; anything else that is in use stays, and the error names who uses it.
 */
export function unmount(path: string): Script {
  return sh`
look() {
${lookAtMount(path)}
}
while case $(look) in mount*) true ;; *) false ;; esac; do
  case $(look) in
    *'answer dead') umount -l ${path} || exit ;;
    *) said=$(timeout 30 umount ${path} 2>&1) || {
      echo "$said" >&2
      awk -v below=${`${path}/`} 'index($5, below) == 1 { print "mounted below it: " $5 }' /proc/self/mountinfo >&2
      for process in /proc/[0-9]*; do
        if ls -l "$process/cwd" "$process/root" "$process/fd" 2>/dev/null | grep -q -e ${`-> ${path}\\(/\\|$\\)`} ||
          grep -qs -e ${` ${path}/`} "$process/maps"; then
          echo "in use by process $(basename "$process") ($(cat "$process/comm"))" >&2
        fi
      done
      exit 1
    } ;;
  esac
done`;
}
