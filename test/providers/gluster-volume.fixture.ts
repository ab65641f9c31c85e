import {
  type GlusterVolumeKey,
  type GlusterVolumeValue,
  glusterVolume,
} from "../../providers/gluster-volume.ts";
import { sh } from "../../providers/sh.ts";
import type { Fixture } from "../laws.ts";
import { bringGluster } from "./gluster-place.ts";

const bricks = ["one", "two", "three"].map((name) => `compute1:/root/quintet-laws/${name}`);
const standing = { bricks, replica: 3, started: true, onRootDisk: true };

export const fixture: Fixture<GlusterVolumeKey, GlusterVolumeValue> = {
  state: glusterVolume,
  place: "host",
  host: "compute1",
  key: () => ({ name: "laws" }),
  wants: () => [
    { ...standing, "option/network.ping-timeout": "5", "option/auth.allow": "192.168.0.9" },
    { ...standing, "option/network.ping-timeout": "7", "option/cluster.quorum-type": "auto" },
  ],
  befores: () => ({ "no volume": sh`:` }),
  // What a deleted volume leaves in its bricks is the Brick promises' own.
  picture: () => sh`gluster volume info 2>&1; ls /var/lib/glusterd/vols`,
  except: {
    "what others own survives":
      "nothing of others is in a volume that we made but options, which go with it",
  },
  prepare: () => bringGluster,
  cleanUp: (folder) => sh`
gluster --mode=script volume stop laws force >/dev/null 2>&1
gluster --mode=script volume delete laws >/dev/null 2>&1
rm -rf /var/lib/quintet ${folder} && mkdir -p ${folder}`,
};
