import type { Change } from "../contract.ts";
import { patience, withGluster } from "../gluster/command.ts";
import { glusterLog } from "../gluster/log.ts";
import { type Script, sh } from "../sh.ts";

// Root alone sees and sets attributes of this kind, and they go where the folder goes.
const mark = "trusted.quintet.volume";
const volumeId = "trusted.glusterfs.volume-id";

/** What was seen of a brick's folder. */
export interface Seen {
  /** The volume that counts it among its bricks on this host, with that volume's id. */
  readonly listed: string | undefined;
  readonly known: string | undefined;
  /** All volumes of this host's pool, by their ids. */
  readonly volumes: ReadonlyMap<string, string>;
  /** The id of the volume that the folder says it belongs to. */
  readonly id: string | undefined;
  /** The volume that we have marked it for. */
  readonly mark: string | undefined;
  /** A few of the names in it that are not Gluster's own. */
  readonly files: string | undefined;
  /** Whether Gluster's own folders are in it. */
  readonly remains: boolean;
}

/** Prints whose brick a folder is, from the folder and from the daemon's own files. */
export function lookAtBrick(path: string): Script {
  return sh`
${entriesHere(path)}
for file in $bricks; do
  volume=\${file%/bricks/*}
  echo "listed \${volume##*/}"
  told=$(sed -n 's/^volume-id=/known /p; s/^status=1$/started/p' "$volume/info")
  printf '%s\\n' "$told"
  case $told in
    *started*) grep -qszxF -e ${path} /proc/[0-9]*/cmdline || echo 'process gone' ;;
  esac
done
grep -sH '^volume-id=' /var/lib/glusterd/vols/*/info
if [ -d ${path} ]; then
  command -v getfattr >/dev/null || { echo 'folder unreadable'; exit 0; }
  echo 'folder there'
  getfattr -d -e hex -m ${`^(${mark}|${volumeId})$`} --absolute-names ${path}
  ls -A ${path} | awk '
    /^\\.glusterfs(-anonymous-inode-.*)?$/ { print "remains"; next }
    count++ < 3 { names = names " " $0 }
    END { if (names) print "files" names }'
elif [ -e ${path} ]; then echo 'folder there'; echo 'files (it is not a folder)'
fi
exit 0`;
}

/**
 * Puts into `$bricks` the daemon's files that count the folder among the bricks of this host. Those of
 * other hosts have the same path, as a rule. A host that was installed anew has another id than they
 * say: then by its name and addresses.
 */
function entriesHere(path: string): Script {
  return sh`here=none bricks= listed=$(grep -slxF -e ${`path=${path}`} /var/lib/glusterd/vols/*/bricks/*)
if [ -n "$listed" ]; then
  while IFS='=' read -r name value || [ -n "$name" ]; do
    [ "$name" != UUID ] || here=$value
  done </var/lib/glusterd/glusterd.info
  bricks=$(grep -lx -e "uuid=$here" $listed)
fi
if [ -n "$listed" ] && [ -z "$bricks" ]; then
  ours=" ::1 127.0.0.1 127.0.1.1 $(hostname) $(hostname -I) "
  for file in $listed; do
    name=$(sed -n 's/^hostname=//p' "$file")
    for one in "$name" $(getent ahosts "$name" | sed -n 's/ *STREAM.*//p'); do
      case $ours in *" $one "*) bricks="$bricks $file"; break ;; esac
    done
  done
fi`;
}

/** Reads what `lookAtBrick` printed; undefined where the folder is not there. */
export function seenIn(stdout: string): Seen {
  const word = (name: string) => new RegExp(`^${name}[ =](.*)$`, "m").exec(stdout)?.[1];
  const ours = word(mark)?.slice(2);
  const id = word(volumeId)?.slice(2);
  const volumes = [...stdout.matchAll(/^\S+\/(\S+)\/info:volume-id=(\S+)$/gm)];
  return {
    listed: word("listed"),
    known: word("known"),
    volumes: new Map(volumes.map(([, name = "", of = ""]) => [of, name])),
    id: id?.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, "$1-$2-$3-$4-$5"),
    mark: ours === undefined ? undefined : Buffer.from(ours, "hex").toString("utf8"),
    files: word("files"),
    remains: /^remains$/m.test(stdout),
  };
}

/** A new folder, or a clean one in place of one that holds no files but remains of another volume. */
export function takeOver(path: string, volume: string, was: string): Change {
  return {
    why: `make ${path} a folder for a brick of ${volume} (was ${was})`,
    script: sh`
if [ -d ${path} ]; then
${cleaned(path)}
else mkdir ${path}; fi && setfattr -n ${mark} -v ${volume} ${path}`,
  };
}

/** Without a force of this kind a brick whose process died stays down; it touches no other brick. */
export function startAgain(path: string, volume: string): Change {
  return {
    why: `start the process of the brick ${path} of ${volume} again`,
    script: withGluster(sh`
patiently volume start ${volume} force || exit
for try in 1 2 3 4 5 6 7 8 9 10; do
  grep -qszxF -e ${path} /proc/[0-9]*/cmdline && exit 0
  sleep 1
done
echo ${`the process did not stay; its log ends with:`} >&2
tail -n 5 ${glusterLog(path, "bricks/")} >&2
exit 1`),
    seconds: patience,
  };
}

/** Takes our folder away: with its data only where that is to be discarded and the folder bears our mark. */
export function takeAway(path: string, discard: boolean): Change {
  return {
    why: discard
      ? `delete the brick ${path} with its data`
      : `remove ${path}, unless it holds data`,
    script: sh`
${refuseWhileListed(path)}
${emptied(path, discard)}
if holds_data; then exit 0; fi
rmdir ${path}`,
    seconds: 600,
  };
}

/** Makes it the empty folder that was found, where its data may go. */
export function emptyAgain(path: string, discard: boolean, owner: string, mode: string): Change {
  return {
    why: `empty ${path} again${discard ? ", its data included" : ", unless it holds data"}`,
    script: sh`
${refuseWhileListed(path)}
${emptied(path, discard)}
if holds_data; then exit 0; fi
rmdir ${path} && mkdir ${path} && chown ${owner} ${path} && chmod ${mode} ${path}`,
    seconds: 600,
  };
}

function refuseWhileListed(path: string): Script {
  return sh`[ -d ${path} ] || exit 0
${entriesHere(path)}
for file in $bricks; do
  volume=\${file%/bricks/*}
  echo ${`${path} is still listed as a brick of`} "\${volume##*/}": ${`delete the volume, or take the brick out of it, first`} >&2
  exit 1
done`;
}

// Gluster's own folders hold links to the files beside them, and nothing else where there are none.
function emptied(path: string, discard: boolean): Script {
  const discarding = sh`
if getfattr -n ${mark} --only-values ${path} >/dev/null 2>&1; then
  find ${path} -xdev -mindepth 1 -delete || exit
fi`;
  return sh`holds_data() { [ -n "$(ls -A ${path} | grep -vxE ${ownNames})" ]; }
${discard ? discarding : sh``}
if ! holds_data; then rm -rf ${`${path}/.glusterfs`} ${path}/.glusterfs-anonymous-inode-* || exit; fi`;
}

const ownNames = "\\.glusterfs(-anonymous-inode-.*)?";

// A folder made anew has none of the old one's attributes; rmdir fails if files came in meanwhile.
function cleaned(path: string): Script {
  return sh`  if ls -A ${path} | grep -qvxE ${ownNames}; then
    echo ${`${path} holds files by now`} >&2; exit 1
  fi
  rm -rf ${`${path}/.glusterfs`} ${path}/.glusterfs-anonymous-inode-* &&
  owner=$(stat -c '%u:%g' ${path}) && mode=$(stat -c %a ${path}) &&
  rmdir ${path} && mkdir ${path} && chown "$owner" ${path} && chmod "$mode" ${path}`;
}
