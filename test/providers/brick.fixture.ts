import { type BrickKey, type BrickValue, brick } from "../../providers/brick.ts";
import { sh } from "../../providers/sh.ts";
import type { Fixture } from "../laws.ts";

const standing = { content: "its own", process: "as its volume" };

export const fixture: Fixture<BrickKey, BrickValue> = {
  state: brick,
  place: "host",
  host: "compute1",
  key: (folder) => ({ path: `${folder}/bricks/one`, volume: "laws" }),
  wants: () => [
    { ...standing, data: "keep" },
    { ...standing, data: "discard" },
  ],
  befores: (folder) => ({
    "no folder": sh`mkdir ${`${folder}/bricks`}`,
    "an empty folder of somebody else's": sh`mkdir -m 711 ${`${folder}/bricks`} &&
mkdir -m 2750 ${`${folder}/bricks/one`} && chown 1234:5678 ${`${folder}/bricks/one`}`,
  }),
  picture: (folder) => sh`
find ${folder} -printf '%p %m %u %g %s\\n' | sort
getfattr -R -d -m - --absolute-names ${folder}`,
  others: (folder) => ({
    make: sh`mkdir ${`${folder}/bricks/two`} && echo data >${`${folder}/bricks/two/disk`}`,
    see: sh`cat ${`${folder}/bricks/two/disk`}; stat -c '%a %U' ${`${folder}/bricks/two`}`,
  }),
  prepare: () => sh`command -v getfattr >/dev/null ||
  { apt-get update && DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends attr; }`,
  cleanUp: (folder) => sh`rm -rf /var/lib/quintet ${folder} && mkdir -p ${folder}`,
};
