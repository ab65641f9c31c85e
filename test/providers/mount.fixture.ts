import { type MountKey, type MountValue, mount } from "../../providers/mount.ts";
import { sh } from "../../providers/sh.ts";
import type { Fixture } from "../laws.ts";

const kept = { type: "tmpfs", now: "mounted", boot: "retried", sourceUnits: ["ssh.service"] };

export const fixture: Fixture<MountKey, MountValue> = {
  state: mount,
  place: "host",
  key: (folder) => ({ path: `${folder}/here` }),
  wants: () => [
    { ...kept, source: "quintet-one", options: "size=1m,mode=0750" },
    { ...kept, source: "quintet-two", options: "size=2m" },
  ],
  befores: (folder) => ({
    "an empty folder": sh`mkdir -m 711 ${`${folder}/here`}`,
    "something else mounted there": sh`mkdir ${`${folder}/here`} &&
mount -t tmpfs -o size=3m,mode=0701,nosuid by-hand ${`${folder}/here`} && echo mine >${`${folder}/here/file`}`,
  }),
  // What is in a tmpfs that is unmounted is gone; of that one, it is the mount that comes back. The number
  // of its peers' group is the next one that is free on the whole machine.
  picture: (folder) => sh`
awk -v below=${folder} 'index($5, below) == 1 { sub(/^.*\\/here/, ""); sub(/shared:[0-9]+/, "shared"); print }' /proc/self/mountinfo
stat -c '%n %a %U' ${`${folder}/here`}
find /etc/systemd/system /etc/fstab -printf '%p %m %u %g %l\\n' | sort
cat /etc/fstab
systemctl list-units --all --no-legend 'quintet*'`,
  others: (folder) => ({
    make: sh`mkdir ${`${folder}/theirs`} && mount -t tmpfs -o size=1m theirs ${`${folder}/theirs`} &&
echo kept >${`${folder}/theirs/file`}`,
    see: sh`grep ${`${folder}/theirs`} /proc/self/mountinfo; cat ${`${folder}/theirs/file`}`,
  }),
  cleanUp: (folder) => sh`
for path in ${[`${folder}/here`, `${folder}/theirs`]}; do while mountpoint -q "$path"; do umount "$path" || exit; done; done
systemctl stop 'quintet-mount-*'
rm -f /etc/systemd/system/quintet-mount-* /etc/systemd/system/multi-user.target.wants/quintet-mount-*
systemctl daemon-reload
rm -rf /var/lib/quintet ${folder} && mkdir -p ${folder}`,
};
