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
  // 5DC7 is port 24007. Where no such connection is seen, the daemon itself is asked.
  probe: () => sh`
if [ -d /var/lib/glusterd/peers ]; then echo installed; fi
unset pool
links=" $(cat /proc/net/tcp /proc/net/tcp6 2>/dev/null |
  awk '$4 == "01" && $3 ~ /:5DC7$/ { print substr($3, length($3) - 12, 8) }' | tr '\n' ' ')"
for file in /var/lib/glusterd/peers/*; do
  [ -e "$file" ] || continue
  state=$(sed -n 's/^state=//p' "$file")
  for name in $(sed -n 's/^hostname[0-9]*=//p' "$file"); do
    link=
    for address in $(getent ahostsv4 "$name" | sed -n 's/ *STREAM.*//p'); do
      hex=$(IFS=.; set -- $address; printf '%02X%02X%02X%02X' "$4" "$3" "$2" "$1")
      case $links in *" $hex "*) link=linked ;; esac
    done
    if [ -z "$link" ]; then
      pool=\${pool-$(timeout 10 gluster pool list 2>/dev/null)}
      printf '%s\\n' "$pool" | grep -q "[[:space:]]$name[[:space:]]*Connected" && link=linked
    fi
    echo "peer $name $state $link"
  done
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
