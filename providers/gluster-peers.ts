import type * as pulumi from "@pulumi/pulumi";
import { z } from "zod";
import type { Change, HostState } from "./contract.ts";
import { patience, withGluster } from "./gluster/command.ts";
import { leave } from "./gluster/leave.ts";
import { type HostPromise, HostResource } from "./resource.ts";
import { sh } from "./sh.ts";
import { pick } from "./values.ts";

/** A name for the pool among its promises; Gluster itself knows none. */
export interface GlusterPeersKey {
  readonly pool: string;
}

/** Host name → "connected". The host that makes the promise is a member without saying. */
export type GlusterPeersValue = Readonly<Record<string, string>>;

const hostName = z
  .string()
  .regex(
    /^(?![\d.]+$)[a-z0-9]([a-z0-9.-]*[a-z0-9])?$/,
    "a peer goes by its name, not by its address",
  );

/**
 * The other members of a Gluster pool, seen from one host. Members that nobody declares stay, and
 * `destroy` detaches those alone that were not there before.
 *
 * Looking takes no lock of the cluster and does not need the daemon: who is a member stands in files,
 * and whether the daemons are connected is seen by their connections.
 */
export const glusterPeers = {
  kind: "GlusterPeers",
  key: z.strictObject({ pool: z.string().min(1) }),
  value: z.record(hostName, z.literal("connected")),

  // An address of IPv4 stands in the kernel's tables backwards in hex, in tcp6 behind a fixed prefix;
  // 5DC7 is port 24007. All names are looked up by one program: what it says of each begins with a line that
  // has a name too. Where it does not know them all, each is looked up alone. Where no connection to a peer is
  // seen, the daemon itself is asked.
  probe: () => sh`
if [ -d /var/lib/glusterd/peers ]; then echo installed; fi
unset pool
line_end='
' peers= tables= linked=' '
set --
for file in /var/lib/glusterd/peers/*; do
  [ -e "$file" ] || continue
  state= names=
  while IFS='=' read -r key value || [ -n "$key" ]; do
    case $key in
      state) state=$value ;;
      hostname*[!0-9]*) ;;
      hostname*) names="$names $value" ;;
    esac
  done <"$file"
  set -- "$@" $names
  for name in $names; do peers="$peers$name $state$line_end"; done
done
[ $# != 0 ] || exit 0
for table in /proc/net/tcp /proc/net/tcp6; do [ ! -e $table ] || tables="$tables $table"; done
links=" $(awk -v digits=0123456789ABCDEF '$4 == "01" && $3 ~ /:5DC7$/ {
  end = length($3) - 5; address = ""
  for (at = end - 1; at > end - 8; at -= 2) {
    byte = 16 * (index(digits, substr($3, at, 1)) - 1) + index(digits, substr($3, at + 1, 1)) - 1
    address = address (address == "" ? "" : ".") byte
  }
  printf "%s ", address
}' $tables)"
see() {
  said=$1 of=$(($# - 1)) begun=0 found=
  shift
  IFS=$line_end
  for line in $said; do
    case $line in *' STREAM '?*)
      [ $begun = 0 ] || [ $# = 1 ] || shift
      begun=$((begun + 1)) ;;
    esac
    case $links in *" \${line%% *} "*) found="$found$1 " ;; esac
  done
  unset IFS
  [ $of = 1 ] || [ $begun = $of ] || return 1
  linked=$linked$found
}
see "$(getent ahostsv4 "$@")" "$@" || for name; do see "$(getent ahostsv4 "$name")" "$name"; done
IFS=$line_end
for peer in $peers; do
  name=\${peer%% *} link=
  case $linked in *" $name "*) link=linked ;; *)
    pool=\${pool-$(timeout 10 gluster pool list 2>/dev/null)}
    printf '%s\\n' "$pool" | grep -q "[[:space:]]$name[[:space:]]*Connected" && link=linked ;;
  esac
  echo "peer $peer $link"
done`,

  parse(stdout) {
    if (!/^installed$/m.test(stdout)) return undefined;
    const peers = [...stdout.matchAll(/^peer (\S+) (\d*) ?(linked)?$/gm)];
    return Object.fromEntries(
      peers.map(([, name = "", state = "", linked]) => [name, peerState(state, linked)]),
    );
  },

  own: (declared, have) => pick(have, Object.keys(declared)) as GlusterPeersValue,

  converge(_key, want, have, gone = new Set()) {
    const names = Object.keys(have ?? {});
    const more = Object.keys(want ?? {}).filter(
      (name) => have?.[name] !== "connected" && !gone.has(name),
    );
    const fewer = names.filter((name) => !(name in (want ?? {})));
    // While one of them is away, Gluster lets no other member leave.
    const leaving = [
      ...fewer.filter((name) => gone.has(name)),
      ...fewer.filter((name) => !gone.has(name)),
    ];
    return [
      ...more.map((name) => join(name, have?.[name])),
      ...leaving.map((name) => leave(name, gone.has(name))),
    ];
  },
} satisfies HostState<GlusterPeersKey, GlusterPeersValue>;

// glusterd's own numbers for how far two daemons have got with each other.
function peerState(state: string, linked: string | undefined): string {
  if (state === "5") return "rejected";
  if (state !== "3") return `not accepted yet (state ${state})`;
  return linked ? "connected" : "disconnected";
}

/** A probe is answered before both sides have agreed: what follows (a volume) needs them agreed. */
function join(name: string, was = "no member"): Change {
  return {
    why: `take ${name} into the Gluster pool (was ${was})`,
    script: withGluster(sh`
patiently peer probe ${name} || { echo ${`${name} does not let itself be reached on port 24007: is glusterd running there, and does its name resolve?`} >&2; exit 1; }
for try in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15; do
  file=$(grep -lx -e ${`hostname[0-9]*=${name}`} /var/lib/glusterd/peers/* | head -n 1)
  if [ -n "$file" ] && grep -qx 'state=3' "$file" &&
    gluster pool list | grep -q -e ${`[[:space:]]${name}[[:space:]]*Connected`}; then exit 0; fi
  sleep 2
done
echo ${`${name} was asked into the pool, but the two daemons do not agree; here is what they say of each other:`} >&2
gluster peer status >&2
exit 1`),
    seconds: patience,
  };
}

/** The other members of a Gluster pool. */
export class GlusterPeers extends HostResource<GlusterPeersKey, GlusterPeersValue> {
  constructor(
    name: string,
    promise: HostPromise<GlusterPeersKey, GlusterPeersValue>,
    options?: pulumi.CustomResourceOptions,
  ) {
    super(glusterPeers, name, promise, options);
  }
}
