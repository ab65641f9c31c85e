import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { unitName, unitText } from "../../providers/mount/boot.ts";
import { mount } from "../../providers/mount.ts";

const key = { path: "/var/lib/nova/instances" };
const want = mount.value.parse({ source: "localhost:/instances", type: "glusterfs" });
const digest = "unit 0000000000000000000000000000000000000000000000000000000000000000";

// As Debian 13 and CentOS 6 have it in /proc/self/mountinfo.
const mounted = {
  "Debian 13":
    "mount 611 35 0:74 / /var/lib/nova/instances rw,relatime shared:311 - fuse.glusterfs localhost:/instances rw,user_id=0,group_id=0,default_permissions,allow_other,max_read=131072",
  "CentOS 6, which has no optional fields":
    "mount 28 20 0:19 / /var/lib/nova/instances rw,relatime - fuse.glusterfs localhost:/instances rw,user_id=0,group_id=0,default_permissions,allow_other,max_read=131072",
};

describe("a mount in what the kernel says", () => {
  for (const [where, line] of Object.entries(mounted)) {
    test(`${where}: its source and type, as one would ask for them`, () => {
      const have = mount.parse(`${line}\n`, key, want);
      assert.deepEqual(have, { ...want, boot: "absent" });
    });
  }

  test("nothing mounted and no unit is absent", () => {
    assert.equal(mount.parse("files 0\n", key, want), undefined);
  });

  test("a unit alone is a mount that is gone, and files in its folder are said", () => {
    const have = mount.parse(`files 3\n${digest}\nenabled\n`, key, want);
    assert.equal(have?.now, "not mounted, and 3 files lie in its folder");
    assert.equal(have?.boot, "its unit is for another mount");
  });

  test("a file system that is dead, and one that only waits, are told apart", () => {
    const line = mounted["Debian 13"];
    assert.match(mount.parse(`${line}\nanswer dead\n`, key, want)?.now ?? "", /^dead/);
    assert.match(mount.parse(`${line}\nanswer late\n`, key, want)?.now ?? "", /^does not answer/);
  });

  test("spaces in a source come back", () => {
    const line = "mount 1 2 0:3 / /var/lib/nova/instances rw - cifs //nas/my\\040share rw";
    assert.equal(mount.parse(`${line}\n`, key, want)?.source, "//nas/my share");
  });
});

describe("what is done about a mount", () => {
  const have = { ...want, boot: "retried" };
  const whys = (found: object | undefined) =>
    mount.converge(key, want, found && { ...have, ...found }).map((change) => change.why);

  test("one that is gone is mounted", () => {
    assert.match(
      whys({ now: "not mounted" })[0] ?? "",
      /^mount localhost:\/instances .*not mounted/,
    );
  });

  test("one from elsewhere is replaced", () => {
    assert.match(whys({ source: "/dev/sdb1" })[0] ?? "", /was \/dev\/sdb1/);
  });

  test("new options wait for the next mount: what is in use stays", () => {
    const scripts = mount
      .converge(key, { ...want, options: "ro" }, have)
      .map((change) => change.script.text);
    assert.equal(scripts.length, 1);
    assert.doesNotMatch(scripts[0] ?? "", /umount/);
  });

  test("one that goes is unmounted first: if it is in use, its unit stays with it", () => {
    const gone = [
      "unmount localhost:/instances from /var/lib/nova/instances",
      "remove the unit that mounts /var/lib/nova/instances at boot",
    ];
    const by = (changes: { why: string }[]) => changes.map((change) => change.why);
    assert.deepEqual(by(mount.converge(key, undefined, have)), gone);
    assert.deepEqual(by(mount.putBack(key, "", undefined, have)), gone);
  });

  test("a unit that is disabled is enabled, and nothing is mounted for it", () => {
    assert.deepEqual(whys({ boot: "its unit is disabled" }), [
      "mount /var/lib/nova/instances at boot (was its unit is disabled)",
    ]);
  });
});

describe("the unit that mounts at boot", () => {
  test("is named after the path as systemd names mounts", () => {
    assert.equal(unitName("/srv/my-files/a"), "quintet-mount-srv-my\\x2dfiles-a.service");
  });

  test("starts after what its source depends on", () => {
    const spot = { path: "/srv", source: "a:/b", type: "glusterfs", options: "defaults" };
    const text = unitText({ ...spot, sourceUnits: ["glusterd.service"] });
    assert.match(text, /^After=.* glusterd\.service$/m);
    // The file system's own process runs in the unit.
    assert.match(text, /^KillMode=process$/m);
  });
});

test("words that would break the unit or the shell are no mount", () => {
  for (const source of ["a b", "a'b", "$(a)", ""]) {
    assert.equal(mount.value.safeParse({ source, type: "nfs" }).success, false, source);
  }
});
