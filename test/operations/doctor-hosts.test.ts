import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, test } from "node:test";
import { certificates } from "../../operations/doctor/certificates.ts";
import { disks } from "../../operations/doctor/disks.ts";
import { memory, runs } from "../../operations/doctor/machine.ts";
import { mounts } from "../../operations/doctor/mounts.ts";
import { records } from "../../operations/doctor/records.ts";
import { units } from "../../operations/doctor/units.ts";
import { issueAuthority } from "../../providers/issue.ts";
import { recordFolder, recordPath } from "../../providers/record.ts";
import { cloudOf, judged, promise, unit } from "./doctor-cloud.ts";

/** As `systemctl show` prints one unit of Debian 13. */
function shown(values: Record<string, string> = {}): string {
  const usual = {
    Result: "success",
    NRestarts: "0",
    LoadState: "loaded",
    ActiveState: "active",
    SubState: "running",
    UnitFileState: "enabled",
    ActiveEnterTimestamp: "@1795571142",
  };
  return Object.entries({ ...usual, ...values })
    .map(([name, value]) => `${name}=${value}`)
    .join("\n");
}

describe("units", () => {
  const cloud = cloudOf([
    unit("compute2", "chrony.service", { enabled: true, active: true }),
    unit("compute2", "libvirtd.service", { enabled: true, active: true }),
    unit("compute2", "libvirt-guests.service", { enabled: false, active: false }),
  ]);
  const off = shown({ ActiveState: "inactive", SubState: "dead", UnitFileState: "disabled" });
  const clock = "\nnow 1795581970\n";
  const found = (blocks: string[], rest = "") =>
    judged(units, { compute2: `\n${blocks.join("\n\n")}\n${clock}${rest}` }, cloud);

  test("that run as promised are counted", () => {
    assert.deepEqual(found([shown(), shown(), off]), ["fine compute2 3 units"]);
  });

  test("that failed are bad, with the daemon's last words and without what must not be seen", () => {
    const failed = shown({ ActiveState: "failed", SubState: "failed", Result: "exit-code" });
    const words =
      "ended libvirtd.service\nsaid cannot reach rabbit://openstack:hunter2@controller:5672/\n";
    assert.deepEqual(found([shown(), failed, off], words), [
      "bad compute2 libvirtd.service: failed (failed), exit-code; its last words: cannot reach rabbit://…@controller:5672/",
    ]);
  });

  test("that wait behind their socket run", () => {
    const idle = shown({ ActiveState: "inactive", SubState: "dead" });
    const rest = "ended libvirtd.service\nidle\nidle\nsaid Unable to open /dev/kvm\n";
    assert.deepEqual(found([shown(), idle, off], rest), ["fine compute2 3 units"]);
  });

  test("that are started again and again are bad", () => {
    const again = shown({
      ActiveState: "activating",
      SubState: "auto-restart",
      Result: "exit-code",
    });
    assert.deepEqual(found([again, shown(), off]), [
      "bad compute2 chrony.service: activating (auto-restart), exit-code",
    ]);
  });

  test("that run just now, after many restarts, are to be looked at", () => {
    const restless = shown({ NRestarts: "17", ActiveEnterTimestamp: "@1795581960" });
    assert.deepEqual(found([restless, shown(), off]), [
      "look compute2 chrony.service: was restarted 17 times by systemd, the last 10 s ago",
    ]);
  });

  test("that are not there are bad", () => {
    const none = shown({ LoadState: "not-found", ActiveState: "inactive", SubState: "dead" });
    assert.deepEqual(found([none, shown(), off]), [
      "bad compute2 chrony.service: there is no such unit",
    ]);
  });

  test("that would not come at boot are to be looked at", () => {
    assert.deepEqual(found([shown({ UnitFileState: "disabled" }), shown(), off]), [
      "look compute2 chrony.service: does not start at boot: it is disabled",
    ]);
  });

  test("that run though they are promised not to are to be looked at", () => {
    assert.deepEqual(found([shown(), shown(), shown({ UnitFileState: "disabled" })]), [
      "look compute2 libvirt-guests.service: runs, and is promised not to",
    ]);
  });

  test("of others count when they have failed, and ours are not told twice", () => {
    const failed = shown({ ActiveState: "failed", SubState: "failed" });
    const rest = "failed chrony.service\nfailed backup.service\n";
    assert.deepEqual(found([failed, shown(), off], rest), [
      "bad compute2 chrony.service: failed (failed)",
      "look compute2 backup.service: has failed; no promise of ours",
    ]);
  });
});

describe("mounts", () => {
  const path = "/var/lib/nova/instances";
  const source = "localhost:/instances";
  const cloud = cloudOf([promise("compute2", "Mount", "mount", { path }, { source })]);
  const line = `mount 303 69 0:70 / ${path} rw,relatime - fuse.glusterfs ${source} rw,allow_other`;

  for (const [how, stdout, found] of [
    ["that answer are counted", line, "fine compute2 1 mount"],
    ["that are gone are bad", "files 0", `bad compute2 mount ${path}: not mounted`],
    [
      "whose process is gone are bad",
      `${line}\nanswer dead`,
      `bad compute2 mount ${path}: dead: its process is gone`,
    ],
    ["that hang are bad", `${line}\nanswer late`, `bad compute2 mount ${path}: does not answer`],
    [
      "of something else are bad",
      line.replace(source, "tmpfs"),
      `bad compute2 mount ${path}: tmpfs is mounted there, not ${source}`,
    ],
  ] as const) {
    test(how, () => {
      assert.deepEqual(judged(mounts, { compute2: `at ${path}\n${stdout}\n` }, cloud), [found]);
    });
  }
});

describe("disks", () => {
  const disk = (path: string, available: number, how = "rw", freeFiles = 900) =>
    `disk ${path.length} ${path} ${how} 1000 ${available} ${available} 1000 ${freeFiles}\n`;

  for (const [how, stdout, found] of [
    ["with room are told for the root alone", disk("/", 590), "fine compute2 disk 41 %"],
    ["from 85 % on are to be looked at", disk("/", 150), "look compute2 disk /: 85 % full"],
    ["from 95 % on are bad", disk("/", 50), "bad compute2 disk /: 95 % full"],
    [
      "full of small files are bad",
      disk("/var", 500, "rw", 10),
      "bad compute2 disk /var: 99 % of the files that it has room for",
    ],
    [
      "that turned read-only are bad",
      disk("/", 500, "ro"),
      "bad compute2 disk /: can only be read",
    ],
    [
      "that are meant to be read only may be full",
      `${disk("/", 590)}${disk("/media/cd", 0, "ro")}`,
      "fine compute2 disk 41 %",
    ],
    [
      "are told once, by the first place on them",
      `${disk("/", 10)}${disk("/", 10).replace(" / ", " /var ")}`,
      "bad compute2 disk /: 99 % full",
    ],
  ] as const) {
    test(how, () => assert.deepEqual(judged(disks, { compute2: stdout }), [found]));
  }
});

describe("memory", () => {
  const meminfo = (available: number, swap = 0) =>
    `MemTotal:       1000 kB\nMemAvailable:   ${available} kB\nSwapTotal:      ${swap === 0 ? 0 : 1000} kB\nSwapFree:       ${swap} kB\n`;

  for (const [how, stdout, found] of [
    ["that is left is told", meminfo(870), "fine compute2 memory 13 %"],
    ["that runs out is to be looked at", meminfo(40), "look compute2 memory: 4 % of it is left"],
    ["in swap that runs out", meminfo(870, 100), "look compute2 swap: 10 % of it is left"],
    [
      "that all wait for",
      `${meminfo(870)}pressure full avg10=80.00 avg60=42.00 avg300=1.00 total=9\n`,
      "look compute2 memory: everything stood still for it 42 % of the last minute",
    ],
    [
      "for want of which somebody was killed",
      `${meminfo(870)}killed mariadb.service\nkilled mariadb.service\n`,
      "look compute2 memory: mariadb.service was killed for want of it 2 times in the last day",
    ],
    [
      "aside: a reboot that is asked for",
      `${meminfo(870)}reboot linux-image-amd64\n`,
      "look compute2 reboot: is asked for by packages that were brought up to date: linux-image-amd64",
    ],
  ] as const) {
    test(how, () => assert.deepEqual(judged(memory, { compute2: stdout }), [found]));
  }
});

describe("what runs leave", () => {
  test("is no news while they may still be at work", () => {
    const stdout = "guard 20 /run/quintet/guard.nat.ab12\nlock 300 4711\n";
    assert.deepEqual(judged(runs, { compute2: stdout }), []);
  });

  test("is to be looked at when it is old", () => {
    const stdout = "guard 600 /run/quintet/guard.nat.quintet-forward.ab12\nlock 3000 4711\n";
    assert.deepEqual(judged(runs, { compute2: stdout }), [
      "look compute2 guard nat.quintet-forward: was armed 10 minutes ago, and neither confirmed nor undone",
      "look compute2 lock: a run has held this host for 50 minutes",
    ]);
  });
});

describe("certificates", async () => {
  const path = "/etc/pki/CA/cacert.pem";
  const { certificatePem, notAfter } = await issueAuthority("Quintet test");
  const resources = [promise("compute2", "File", "ca", { path }, { content: certificatePem })];
  const found = (content: string, daysBefore = 3612) => {
    const cloud = {
      ...cloudOf(resources),
      now: Date.parse(notAfter) - daysBefore * 86_400_000 - 1000,
    };
    return judged(certificates, { compute2: `at ${path}\n${content}` }, cloud);
  };
  const end = new Date(notAfter).toISOString().slice(0, 10);

  test("that last are told by the one that ends first", () => {
    assert.deepEqual(found(certificatePem), ["fine compute2 1 certificate 3 612 days"]);
  });

  test("with less than 30 days left are to be looked at", () => {
    assert.deepEqual(found(certificatePem, 29), [
      `look compute2 certificate ${path}: ends in 29 days, on ${end}`,
    ]);
  });

  test("that have ended are bad", () => {
    assert.deepEqual(found(certificatePem, -2), [
      `bad compute2 certificate ${path}: ended on ${end}`,
    ]);
  });

  for (const [how, content, words] of [
    ["that are gone", "absent", "is not there"],
    ["that are something else", "hello", "holds no certificate"],
    [
      "that are broken",
      "-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----",
      "is no certificate that can be read",
    ],
  ] as const) {
    test(`${how} are bad`, () => {
      assert.deepEqual(found(content), [`bad compute2 certificate ${path}: ${words}`]);
    });
  }
});

describe("records", () => {
  const motd = recordPath("File", { path: "/etc/motd" }).replace(/^.*\//, "");
  const cloud = cloudOf([promise("compute2", "File", "motd", { path: "/etc/motd" }, {})]);
  const record = (file: string, claim: string) => `record ${file}\nclaim ${file} ${claim}\n`;
  const found = (stdout: string) => judged(records, { compute2: stdout }, cloud);

  test("of what is promised are counted", () => {
    assert.deepEqual(found(record(motd, "motd")), ["fine compute2 1 record"]);
  });

  test("that no promise claims are to be looked at", () => {
    assert.deepEqual(found(record(motd, "motd") + record("File-12ab.json", "old-motd")), [
      "look compute2 record: File-12ab.json is of old-motd, which the state does not promise",
    ]);
  });

  test("that another promise has are to be looked at", () => {
    assert.deepEqual(found(record(motd, "old-motd")), [
      `look compute2 record: ${motd} is of old-motd, where motd is promised`,
    ]);
  });

  test("that cannot be read are to be looked at", () => {
    assert.deepEqual(found(`record ${motd}\n`), [
      `look compute2 record: ${motd} cannot be read for the promise that it belongs to`,
    ]);
  });

  test("are shown by their claim alone, whatever its length", () => {
    const folder = mkdtempSync(join(tmpdir(), "quintet-records-"));
    const claim = `compute2-${"long-".repeat(60)}name`;
    writeFileSync(
      join(folder, motd),
      `${JSON.stringify({ claim, kind: "File", found: { content: "hunter2" } })}\n`,
    );
    const { findings } = records.judge(new Map([["compute2", record(motd, claim)]]), cloud);
    const command = findings[0]?.command?.replace(recordFolder, folder) ?? "";
    const { stdout } = spawnSync("sh", ["-c", command], { encoding: "utf8" });
    rmSync(folder, { recursive: true });
    assert.equal(stdout, `{"claim":"${claim}"\n`);
  });

  test("without a claim are shown by nothing of what they hold", () => {
    const { findings } = records.judge(new Map([["compute2", `record ${motd}\n`]]), cloud);
    assert.equal(findings[0]?.command, `ls -l ${recordFolder}/${motd}`);
  });

  test("that are missing are to be looked at", () => {
    assert.deepEqual(found(""), [
      "look compute2 record: none of what was found before motd: destroy has nothing to put back",
    ]);
  });

  test("of a lost state are one finding", () => {
    const many = ["a", "b", "c", "d"].map((name) => record(`File-${name}.json`, name)).join("");
    assert.deepEqual(found(record(motd, "motd") + many), [
      "look compute2 record: 4 that no promise claims; the first, File-a.json, is of a, which the state does not promise",
    ]);
  });
});
