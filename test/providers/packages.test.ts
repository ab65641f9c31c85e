import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { packages } from "../../providers/packages.ts";

const key = { set: "gluster" };

/** Recorded from the probe on Debian 13. */
const debian13 = `ii |glusterfs-server|11.1-6
rc |bc|1.07.1-4+b1
iU |libvirt-daemon|11.3.0-3
iHR|nftables|1.1.3-1
iUR|attr|1:2.5.2-3
it |libc-bin|2.41-12
noted bc
noted glusterfs-server
`;

const look = (stdout: string, declared: Record<string, string>) =>
  packages.parse(stdout, key, packages.value.parse(declared));
const whys = (want: Record<string, string>, have: Record<string, string>) =>
  packages.converge(key, want, have).map((change) => change.why);

describe("a package", () => {
  test("that is installed is present", () => {
    assert.equal(look(debian13, { "glusterfs-server": "present" })["glusterfs-server"], "present");
  });

  test("is shown by its version where one is declared", () => {
    const have = look(debian13, { "glusterfs-server": "10.0-1" });
    assert.equal(have["glusterfs-server"], "11.1-6");
  });

  test("is missing when it was removed and only its configuration is left", () => {
    assert.equal(look(debian13, { bc: "present" }).bc, "missing");
  });

  test("is absent when it is to be absent and is not there", () => {
    assert.equal(look(debian13, { ntp: "absent" }).ntp, "absent");
  });

  for (const [name, word] of [
    ["libvirt-daemon", "unpacked"],
    ["nftables", "half-installed"],
    ["attr", "half-installed"],
    ["libc-bin", "triggers-pending"],
  ] as const) {
    test(`that broke off is shown as ${word}`, () => {
      assert.equal(look(debian13, { [name]: "present" })[name], word);
    });
  }

  test("nobody declared is not shown", () => {
    assert.deepEqual(Object.keys(look(debian13, { bc: "present" })), [
      "bc",
      "half-installed",
      "noted",
    ]);
  });
});

describe("a set of packages", () => {
  test("shows every package of the host that broke off, because apt is blocked by each", () => {
    assert.equal(look(debian13, {})["half-installed"], "libvirt-daemon, nftables, attr, libc-bin");
  });

  test("shows a dpkg that was interrupted", () => {
    assert.equal(look("interrupted\n", {})["half-installed"], "dpkg itself");
  });

  test("heals what broke off before it installs", () => {
    const want = packages.value.parse({ bc: "present" });
    const have = { ...want, bc: "missing", "half-installed": "bc" };
    assert.deepEqual(whys(want, have), [
      "end what broke off half-way: bc",
      "install bc (was missing)",
    ]);
  });

  test("says all of one transaction in one line", () => {
    const want = packages.value.parse({ chrony: "present", bc: "2.0", ntp: "absent" });
    const have = {
      chrony: "missing",
      bc: "1.0",
      ntp: "present",
      "half-installed": "none",
      noted: "jq",
    };
    assert.deepEqual(whys(want, have), [
      "install bc (was 1.0), chrony (was missing); remove ntp (was present); let go of jq",
    ]);
  });

  test("whose note is lost writes it again and installs nothing", () => {
    const want = packages.value.parse({ bc: "present" });
    assert.deepEqual(whys(want, { ...want, noted: "" }), ['note what "gluster" needs']);
  });

  test("lets go of a name that left it, whether or not others keep it there", () => {
    const want = packages.value.parse({ bc: "present" });
    const left = { ...want, jq: "missing" };
    assert.deepEqual(whys(left, { ...want, jq: "present", noted: "bc jq" }), ["let go of jq"]);
    assert.deepEqual(whys(left, { ...want, jq: "present" }), []);
  });

  test("that was already there is only noted", () => {
    const want = packages.value.parse({ bc: "present", ntp: "absent" });
    assert.equal(want.noted, "bc");
    assert.deepEqual(packages.value.parse(want), want);
  });

  test("heals at destroy too", () => {
    const back = packages.putBack(key, "", {}, { "half-installed": "bc" });
    assert.equal(back[0]?.why, "end what broke off half-way: bc");
  });

  test("brings back at destroy what it had removed", () => {
    const found = { ntp: "present", bc: "missing", "half-installed": "none", noted: "" };
    const have = { ntp: "absent", bc: "present", "half-installed": "none", noted: "bc" };
    const [change] = packages.putBack(key, "", found, have);
    assert.match(change?.script.text ?? "", /^bring ntp$/m);
  });

  test("refuses a word that is neither a state nor a version, and a name that is no package's", () => {
    assert.equal(packages.value.safeParse({ bc: "in stalled" }).success, false);
    assert.equal(packages.value.safeParse({ "bc; rm": "present" }).success, false);
  });
});
