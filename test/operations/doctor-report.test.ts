import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { ask, type Heard } from "../../operations/doctor/ask.ts";
import { judgeClocks, type Stamps } from "../../operations/doctor/clock.ts";
import { diagnose, looks } from "../../operations/doctor/diagnosis.ts";
import { type Finding, quoted } from "../../operations/doctor/finding.ts";
import { reachOf } from "../../operations/doctor/reach.ts";
import { asJson, asTable, exitStatus, report } from "../../operations/doctor/report.ts";
import { HostUnreachable } from "../../providers/errors.ts";
import { cloudOf, told, unit } from "./doctor-cloud.ts";

const heard = (answers: Record<string, { stdout?: string; stderr?: string; status: number }>) => ({
  answers: new Map(
    Object.entries(answers).map(([name, one]) => [name, { stdout: "", stderr: "", ...one }]),
  ),
  stamps: undefined,
});
const cloud = cloudOf([unit("compute2", "chrony.service", { active: true })], { services: false });
const about = (one: Heard) =>
  told(diagnose(new Map([["compute2", one]]), cloud)).filter((line) => line.includes("compute2"));

describe("a host", () => {
  test("that does not answer is one finding", () => {
    assert.deepEqual(about({ unreachable: "root@192.168.0.2 port 22: no route" }), [
      "bad compute2 unreachable: root@192.168.0.2 port 22: no route",
    ]);
  });

  test("from which the cloud is asked takes that with it", () => {
    const found = told(
      diagnose(new Map([["controller", { unreachable: "no route" }]]), cloudOf([])),
    );
    assert.deepEqual(found, [
      "bad controller unreachable: no route; nor could services, queue and database be asked",
    ]);
  });

  test("is told first when it does not answer, and then by what is worst", () => {
    const answers = new Map<string, Heard>([
      ["compute1", heard({ disks: { status: 0, stdout: "disk 1 / rw 100 10 10 100 90\n" } })],
      ["compute2", { unreachable: "no route" }],
    ]);
    const levels = diagnose(answers, cloud).findings.map(({ level, what }) => `${level} ${what}`);
    assert.equal(levels[0], "bad unreachable");
    assert.equal(levels.at(-1), "look disk /");
  });

  test("on which a look hangs says so, and what the others have seen", () => {
    const lines = about(
      heard({
        mounts: { status: 0 },
        units: { status: 124 },
        disks: { status: 0, stdout: "disk 1 / rw 100 2 2 100 90\n" },
      }),
    );
    assert.equal(lines.includes("bad compute2 units: could not be looked at within 20 s"), true);
    assert.equal(lines.includes("bad compute2 disk /: 98 % full"), true);
  });

  test("on which a look fails says why", () => {
    const lines = about(heard({ units: { status: 127, stderr: "systemctl: not found" } }));
    assert.equal(
      lines[0],
      "bad compute2 units: could not be looked at (127): systemctl: not found",
    );
  });
});

describe("asking", () => {
  test("goes on when a host is away, and takes no longer than the slowest", async () => {
    const ways = {
      client: async (host: string) => {
        if (host === "compute2") throw new HostUnreachable(host, "no route", "");
        return undefined as never;
      },
      run: async () => ({ stdout: "", stderr: "", status: 0 }),
    };
    const answers = await ask(ways, cloud, looks);
    assert.deepEqual(answers.get("compute2"), { unreachable: "no route" });
    assert.equal(answers.size, 5);
  });
});

describe("clocks", () => {
  /** One whose clock is ahead, asked for two seconds of which it worked one and a half. */
  const ahead = (seconds: number): Stamps => ({
    asked: 1000,
    began: 1000.25 + seconds,
    ended: 1001.75 + seconds,
    answered: 1002,
  });
  const found = (...seconds: readonly number[]) =>
    told(judgeClocks(new Map(seconds.map((one, index) => [`compute${index + 1}`, ahead(one)]))));

  test("that agree are told with how far they are apart", () => {
    assert.deepEqual(found(0, 0.002, -0.0002), [
      "fine compute1 clock +0.000 s",
      "fine compute2 clock +0.002 s",
      "fine compute3 clock +0.000 s",
    ]);
  });

  test("that are off by more than the way explains are to be looked at, and then bad", () => {
    assert.deepEqual(found(0, -1.5, 0), ["look compute2 clock: 2 s behind the others"]);
    assert.deepEqual(found(0, 0, 400), ["bad compute3 clock: 7 minutes ahead of the others"]);
  });

  test("of all hosts against this machine's are this machine's", () => {
    assert.deepEqual(found(60, 60, 60), ["bad this machine clock: 60 s behind the hosts"]);
  });

  test("that a slow line might explain are let be", () => {
    const slow = { asked: 1000, began: 1003, ended: 1004, answered: 1004.1 };
    assert.deepEqual(told(judgeClocks(new Map([["compute1", slow]]))), [
      "fine compute1 clock +1.450 s",
    ]);
  });
});

describe("a report", () => {
  const finding: Finding = {
    level: "bad",
    host: "compute2",
    what: "nova-compute.service",
    found: "failed (failed)",
    command: "journalctl -u nova-compute.service -n 50",
  };
  const well = [
    { host: "compute1", words: "14 units" },
    { host: "compute1", words: "disk 41 %" },
  ];
  const made = (findings: readonly Finding[], down: readonly string[] = []) =>
    report("testbed", { findings, well }, down, reachOf("testbed", ".testbed/ssh_config"));

  test("of a cloud in which all is well ends with 0, and sums up each host in a line", () => {
    assert.equal(exitStatus(made([])), 0);
    assert.equal(
      asTable(made([])),
      "All is well on testbed.\n\nfine   compute1  14 units, disk 41 %\n",
    );
  });

  test("with a finding ends with 7 and names the next command", () => {
    assert.equal(exitStatus(made([finding])), 7);
    assert.match(
      asTable(made([finding])),
      /^Not well on testbed: 1 bad, on 1 host\.\n\nbad +compute2 +nova-compute\.service +failed \(failed\)\n +\$ npm run testbed -- ssh compute2 journalctl -u nova-compute\.service -n 50$/m,
    );
  });

  test("does not call a host unwell that is declared down", () => {
    assert.equal(exitStatus(made([], ["compute4"])), 0);
    assert.match(asTable(made([], ["compute4"])), /^down +compute4 +declared down/m);
  });

  test("for programs holds the same", () => {
    const { findings, well, status } = JSON.parse(asJson(made([finding])));
    assert.equal(findings[0].next.startsWith("npm run testbed"), true);
    assert.equal(well.compute1, "14 units, disk 41 %");
    assert.equal(status, 7);
  });

  test("names ssh and its config for a stack of one's own, quoted for the shell here", () => {
    const reach = reachOf("home", "/dev/null");
    assert.equal(reach("compute2", undefined), "ssh -F /dev/null compute2");
    assert.match(
      reach("compute2", "tail /var/log/glusterfs/*.log"),
      /^ssh -F \/dev\/null compute2 "(sudo )?tail \/var\/log\/glusterfs\/\*\.log"$/,
    );
  });

  test("shows no password of a host's own words, and lets them not move the cursor", () => {
    assert.equal(
      quoted("mysql+pymysql://nova:hun/ter2@db/nova \u001b[2J\npassword = hunter2"),
      "mysql+pymysql://…@db/nova \u{fffd}[2J password = …",
    );
  });
});
