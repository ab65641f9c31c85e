import { type PackagesKey, type PackagesValue, packages } from "../../providers/packages.ts";
import { sh } from "../../providers/sh.ts";
import type { Fixture } from "../laws.ts";
import { admin, closeArchive, forgetArchive, openArchive } from "./packages.archive.ts";

/** Packages with state and marks, accounts, and all of /etc but the backups of the account files. */
export const packagesPicture = sh`
dpkg-query -W -f='\${db:Status-Abbrev} \${Package} \${Version}\\n'; apt-mark showmanual | sort
getent passwd; getent group; ls -d /var/lib/quintet-data /var/lib/quintet/packages 2>/dev/null
cd /etc && find . ! -name '*-' ! -name .pwd.lock -exec stat -c '%N %U %G %a' {} + | sort
find . -type f ! -name '*-' -exec sha256sum {} + | sort`;

// All that apt knows there is an archive on the host itself.
export const fixture: Fixture<PackagesKey, PackagesValue> = {
  state: packages,
  place: "host",
  host: "compute2",
  key: () => ({ set: "laws" }),
  wants: () => [
    packages.value.parse({
      "quintet-meta": "present",
      "quintet-two": "1.0",
      "quintet-foe": "absent",
    }),
    packages.value.parse({
      "quintet-one": "present",
      "quintet-two": "2.0",
      "quintet-foe": "absent",
    }),
  ],
  prepare: () => openArchive,
  befores: () => ({
    bare: sh`:`,
    "some are there": sh`${admin("install", "quintet-one")} && apt-mark auto quintet-one >/dev/null`,
    "what is to be absent is there": admin("install", "quintet-foe"),
    "the configuration of one is there": sh`${admin("install", "quintet-one")}; ${admin("remove", "quintet-one")}; ${admin("purge", "quintet-lib")}`,
  }),
  picture: () => packagesPicture,
  others: () => ({
    make: admin("install", "quintet-lib", "quintet-slow"),
    see: sh`dpkg-query -W quintet-lib quintet-slow; apt-mark showmanual quintet-lib quintet-slow`,
  }),
  cleanUp: () => closeArchive,
  takeAway: () => forgetArchive,
};
