import assert from "node:assert/strict";
import { after, describe, test } from "node:test";
import { removeUnit, unitName, writeUnit } from "../../providers/mount/boot.ts";
import { sh } from "../../providers/sh.ts";
import { place } from "../../testbed/place.ts";
import { hostPlace } from "../places.ts";

const host = hostPlace("compute2", place().sshConfig);
const path = "/srv/late";
const helper = "/sbin/mount.late";
const spot = { path, source: "late", type: "late", options: "defaults", sourceUnits: [] };

describe("the unit that mounts at boot", () => {
  after(async () => {
    await host.run(sh`! mountpoint -q ${path} || umount ${path}; rm -rf ${path} ${helper}`);
    await host.end();
  });

  test("is stopped without the process behind the file system that it mounted", async () => {
    const daemon = "#!/bin/sh\n/bin/sleep 611 & exec mount -t tmpfs late /srv/late\n";
    await host.run(sh`mkdir -p ${path}; printf %s ${daemon} >${helper}; chmod 755 ${helper}
${writeUnit(spot)}
systemctl start ${unitName(path)} && systemctl stop ${unitName(path)}
pkill -f '^/bin/sleep 611' && mountpoint -q ${path} && umount ${path} || exit
${removeUnit(path)}`);
  });

  test("takes a try along that is still under way when it is removed", async () => {
    const late = "#!/bin/sh\nsleep 4; exec mount -t tmpfs late /srv/late\n";
    await host.run(sh`mkdir -p ${path}; printf %s ${late} >${helper}; chmod 755 ${helper}`);
    await host.run(sh`${writeUnit(spot)}
systemctl start --no-block ${unitName(path)}; sleep 1; pgrep -f ${helper}
${removeUnit(path)}`);
    const left = await host.run(sh`sleep 5; systemctl list-units --all --no-legend 'quintet*late*'
! mountpoint -q ${path} || echo mounted`);
    assert.equal(left, "");
  });
});
