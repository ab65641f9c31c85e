import {
  type GlusterPeersKey,
  type GlusterPeersValue,
  glusterPeers,
} from "../../providers/gluster-peers.ts";
import { sh } from "../../providers/sh.ts";
import type { Fixture } from "../laws.ts";
import { bringPeers, takePeersAway } from "./gluster-place.ts";

export const fixture: Fixture<GlusterPeersKey, GlusterPeersValue> = {
  state: glusterPeers,
  place: "host",
  host: "compute1",
  key: () => ({ pool: "laws" }),
  wants: () => [{ "peer-a": "connected" }, { "peer-a": "connected", "peer-b": "connected" }],
  befores: () => ({ "no pool": sh`:` }),
  // A daemon that was alone and is alone again has learnt nothing but its own number.
  picture: () => sh`gluster pool list | awk '{ print $2, $3 }'; ls /var/lib/glusterd/peers`,
  others: () => ({
    make: sh`gluster peer probe peer-b`,
    see: sh`gluster pool list | grep -o peer-b || echo none`,
  }),
  except: {
    "what others own survives":
      "the second wish names the very peer that others would add; the particular tests have a third",
  },
  prepare: () => bringPeers,
  cleanUp: () => sh`
for name in peer-a peer-b; do gluster --mode=script peer detach $name >/dev/null 2>&1; done
rm -rf /var/lib/quintet`,
  takeAway: () => takePeersAway,
};
