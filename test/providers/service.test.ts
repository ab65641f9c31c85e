import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { after, describe, test } from "node:test";
import { type ServiceValue, service } from "../../providers/service.ts";
import { sh } from "../../providers/sh.ts";
import { framedTogether, newMark, unframe } from "../../providers/transport/frames.ts";

const key = { unit: "glusterd.service" };

/** Recorded from `systemctl show --timestamp=us+utc` of systemd 257 (Debian 13). */
const shown = (changes: Record<string, string> = {}) =>
  Object.entries({
    TriggeredBy: "",
    LoadState: "loaded",
    ActiveState: "active",
    FragmentPath: "/usr/lib/systemd/system/glusterd.service",
    DropInPaths: "",
    UnitFileState: "enabled",
    ExecMainStartTimestamp: "Sun 2026-11-22 23:50:24.469165 UTC",
    InactiveExitTimestamp: "Sun 2026-11-22 23:50:24.497038 UTC",
    NeedDaemonReload: "no",
    InvocationID: "9fc802e5731e48a08366f62443dfffde",
    ...changes,
  })
    .map(([name, value]) => `${name}=${value}\n`)
    .join("");

const want: ServiceValue = {
  enabled: true,
  active: true,
  config: "current",
  files: ["/etc/glusterfs/glusterd.vol"],
  follow: "restart",
};
const look = (stdout: string, declared = want) => service.parse(stdout, key, declared);
const whys = (have: ServiceValue | undefined, wanted = want) =>
  service.converge(key, wanted, have).map((change) => change.why);

describe("a unit", () => {
  test("that runs on current config and starts at boot holds", () => {
    assert.deepEqual(look(shown()), want);
  });

  test("that does not exist is absent", () => {
    assert.equal(look(shown({ LoadState: "not-found" })), undefined);
  });

  for (const [state, active] of [
    ["reloading", true],
    ["inactive", false],
    ["failed", false],
    ["activating", false],
  ] as const) {
    test(`that is ${state} is ${active ? "" : "not "}active`, () => {
      assert.equal(look(shown({ ActiveState: state }))?.active, active);
    });
  }

  test("that is idle behind its active socket is active", () => {
    assert.equal(look(`${shown({ ActiveState: "inactive" })}idle=yes\n`)?.active, true);
  });

  test("that is to be stopped is not active because its socket is", () => {
    const stopped = { ...want, active: false };
    assert.equal(look(`${shown({ ActiveState: "inactive" })}idle=yes\n`, stopped)?.active, false);
  });

  for (const [word, enabled] of [
    ["enabled", true],
    ["disabled", false],
    ["", false],
    ["masked", "masked"],
    ["static", "static"],
    ["enabled-runtime", "enabled-runtime"],
  ] as const) {
    test(`whose file is "${word}" shows at boot as ${enabled}`, () => {
      assert.equal(look(shown({ UnitFileState: word }))?.enabled, enabled);
    });
  }

  test("of an init script is judged by what systemctl says of that script", () => {
    const have = look(`${shown({ UnitFileState: "generated" })}is-enabled=enabled\n`);
    assert.equal(have?.enabled, true);
  });
});

describe("a unit's config", () => {
  test("is stale where a file's digest is not the noted one, and names it", () => {
    const have = look(`${shown()}changed=/etc/glusterfs/glusterd.vol\n`);
    assert.equal(have?.config, "older than /etc/glusterfs/glusterd.vol");
  });

  // date -u -d '2026-11-22 23:50:24' +%s is 1795391424.
  test("is stale where a file changed within a tick of the clock before the start", () => {
    const have = look(`${shown()}ctime=1795391424.459165 /etc/a file\n`);
    assert.equal(have?.config, "older than /etc/a file");
  });

  test("is current where a file changed before that", () => {
    assert.equal(look(`${shown()}ctime=1795391424.459164 /etc/a file\n`)?.config, "current");
  });

  test("is stale where the unit file changed and systemd has not read it", () => {
    assert.equal(look(shown({ NeedDaemonReload: "yes" }))?.config, "older than its unit file");
  });

  test("does not matter for a unit that is not promised to run", () => {
    const { active: _, ...enabledOnly } = want;
    assert.equal(look(`${shown()}changed=/etc/x\n`, enabledOnly)?.config, "current");
  });
});

describe("a service", () => {
  test("that was stopped is started", () => {
    assert.deepEqual(whys({ ...want, active: false }), [
      "start glusterd.service (was not running)",
    ]);
  });

  test("on old config is restarted, once, and the reason is said", () => {
    assert.deepEqual(whys({ ...want, config: "older than /etc/x" }), [
      "restart glusterd.service (it is older than /etc/x)",
    ]);
  });

  test("that can reload is reloaded", () => {
    const reload = { ...want, follow: "reload" } as const;
    assert.deepEqual(whys({ ...reload, config: "older than /etc/x" }, reload), [
      "reload glusterd.service (it is older than /etc/x)",
    ]);
  });

  test("whose unit file changed is restarted even where it can reload", () => {
    const reload = { ...want, follow: "reload" } as const;
    const config = "older than /etc/systemd/system/glusterd.service.d/a.conf";
    assert.match(whys({ ...reload, config }, reload)[0] ?? "", /^restart /);
  });

  test("that was masked is unmasked before it is started", () => {
    assert.deepEqual(whys({ ...want, enabled: "masked", active: false }), [
      "start glusterd.service at boot (was masked)",
      "start glusterd.service (was not running)",
    ]);
  });

  test("that is to be masked is stopped first", () => {
    assert.deepEqual(whys(want, { enabled: "masked", active: false }), [
      "stop glusterd.service",
      "mask glusterd.service (was enabled)",
    ]);
  });

  test("whose unit is gone is to be enabled and started", () => {
    assert.equal(whys(undefined).length, 2);
  });

  test("that is to be off holds where there is no such unit", () => {
    assert.deepEqual(whys(undefined, { enabled: false, active: false }), []);
  });

  test("with another list of files is looked at, nothing more", () => {
    assert.deepEqual(whys(want, { ...want, files: ["/etc/other"] }), [
      "look at the files that glusterd.service reads now",
    ]);
  });

  test("goes back to what was found at destroy, whatever its config", () => {
    const found = { ...want, enabled: false, active: true, config: "current" };
    const back = service.putBack(key, "", found, { ...want, config: "older than /etc/x" });
    assert.deepEqual(
      back.map((change) => change.why),
      [
        "do not start glusterd.service at boot (was enabled)",
        "forget what glusterd.service has read",
      ],
    );
  });

  test("whose unit is gone at destroy needs nothing but the note's removal", () => {
    const back = service.putBack(key, "", want, undefined);
    assert.deepEqual(
      back.map((change) => change.why),
      ["forget what glusterd.service has read"],
    );
  });

  test("that was found static is left so", () => {
    assert.deepEqual(whys(want, { enabled: "static" }), []);
  });

  test("is named with its suffix", () => {
    assert.equal(service.key.safeParse({ unit: "glusterd" }).success, false);
  });
});

// What hosts keep under /etc and /run lies in a folder; what systemd says of it is the one fake.
const folder = mkdtempSync(join(tmpdir(), "quintet-service-"));
after(() => rmSync(folder, { recursive: true }));
const invocation = "9fc802e5731e48a08366f62443dfffde";

interface Unit {
  readonly unit: string;
  /** What systemd says, in this order. */
  readonly says: Readonly<Record<string, string>>;
  readonly files?: readonly string[];
  /** What the unit read at its start: files with their content of then. */
  readonly read?: Readonly<Record<string, string>>;
}

/** What the probes of these units tell that are asked about together. */
function told(units: readonly Unit[], more = "") {
  const said = units.map(({ says }) =>
    Object.entries(says)
      .map(([name, value]) => `${name}=${value}\n`)
      .join(""),
  );
  const questions = units.map(({ unit, files = [] }) => ({
    text: service.probe({ unit }, { files }).text,
    seconds: 5,
    shared: {
      text: service.shared.look.text,
      word: service.shared.word({ unit }, { files }),
    },
  }));
  mkdirSync(join(folder, "run"), { recursive: true });
  for (const { unit, read = {} } of units) {
    const sums = Object.entries(read).map(
      ([path, text]) => `${createHash("sha256").update(text).digest("hex")}  ${folder}${path}\n`,
    );
    writeFileSync(join(folder, "run", unit), [`${invocation}\n`, ...sums].join(""));
  }
  const mark = newMark();
  const program = sh`said=${said.join("\n")}
systemctl() { [ "$1" = show ] && printf %s "$said"; }
sha256sum() { echo >>${join(folder, "sums")}; command sha256sum "$@"; }
`;
  const input = `${program}${more}${framedTogether(questions, mark)}`
    .replaceAll("/run/quintet", join(folder, "run"))
    .replaceAll("/etc/", `${folder}/etc/`);
  writeFileSync(join(folder, "sums"), "");
  const answers = unframe(spawnSync("sh", { input, encoding: "utf8" }).stdout, mark);
  const summed = readFileSync(join(folder, "sums"), "utf8").length;
  return { answers, outputs: answers.map(({ stdout }) => stdout), summed };
}

function file(path: string, text: string): string {
  mkdirSync(dirname(join(folder, path)), { recursive: true });
  writeFileSync(join(folder, path), text);
  return path;
}

const running = (unit: string, last: Readonly<Record<string, string>> = {}) => ({
  TriggeredBy: "",
  ...{ Names: unit, LoadState: "loaded", ActiveState: "active", SubState: "running" },
  ...{ UnitFileState: "enabled", InvocationID: invocation, NeedDaemonReload: "no" },
  ...last,
});
const changed = (output: string | undefined) =>
  [...(output ?? "").matchAll(/^(?:changed|ctime)=(.*)$/gm)].map(([, said]) => said);

describe("units that are asked about together", () => {
  test("each get their own part, the last line of the last one too", () => {
    const path = file("/etc/a.conf", "now");
    const units = ["one.service", "two.service", "three.service"].map((unit) => ({
      unit,
      says: running(unit, { DropInPaths: `/lib/b.conf ${path}` }),
      read: { [path]: unit === "two.service" ? "now" : "then" },
    }));
    const { outputs, summed } = told(units);
    assert.deepEqual(outputs.map(changed), [[`${folder}${path}`], [], [`${folder}${path}`]]);
    for (const [index, { unit, says }] of units.entries()) {
      const lines = Object.entries(says).map(([name, value]) =>
        `${name}=${value}`.replaceAll("/etc/", `${folder}/etc/`),
      );
      const seen = (outputs[index] ?? "").split("\n").filter((line) => /^[A-Z]/.test(line));
      assert.deepEqual(seen, lines, unit);
    }
    // One program for the files of all of them.
    assert.equal(summed, 1);
  });

  test("are not taken for each other by parts of their names", () => {
    const units = [
      { unit: "api.service", says: running("api.service") },
      { unit: "nova-api.service", says: running("nova-api.service api-too.service") },
      {
        unit: "api@1.service",
        says: { ...running("api@1.service"), TriggeredBy: "nova-api.service api.service" },
      },
    ];
    const names = [...units, { unit: "api-too.service", says: {} }];
    const said = told(names).outputs.map((output) => /^Names=(.*)$/m.exec(output)?.[1]);
    assert.deepEqual(said, [...units.map(({ says }) => says.Names), units[1]?.says.Names]);
  });

  test("may have files by any name", () => {
    const paths = [
      "/etc/a|b*.conf",
      "/etc/$HOME;`c`.conf",
      "/etc/with a blank",
      "/etc/[x].conf",
    ].map((path) => file(path, "now"));
    file("/etc/x.conf", "another");
    const odd = { unit: "odd.service", says: running("odd.service"), files: paths };
    const read = Object.fromEntries(paths.map((path) => [path, "now"]));
    const seen = told([{ ...odd, read }]);
    assert.deepEqual([seen.outputs.map(changed), seen.summed], [[[]], 1]);
    const old = { ...read, "/etc/a|b*.conf": "then" };
    assert.deepEqual(told([{ ...odd, read: old }]).outputs.map(changed), [
      [`${folder}${paths[0]}`],
    ]);
  });

  test("of which one is not told whole, or not at all, fail for that one", () => {
    const { answers } = told([
      { unit: "good.service", says: running("good.service") },
      { unit: "odd.service", says: running("odd.service", { DropInPaths: "/etc/\x1e.conf" }) },
      { unit: "last.service", says: {} },
    ]);
    assert.deepEqual(
      answers.map(({ status }) => status),
      [0, 1, 1],
    );
    assert.match(answers[2]?.stderr ?? "", /says nothing of last\.service/);
  });
});

describe("what a unit has read", () => {
  const path = "/etc/one.conf";
  const one = { unit: "one.service", says: running("one.service"), files: [path] };

  test("is compared with the file as it is, which may be gone, or new", () => {
    file(path, "now");
    assert.deepEqual(told([{ ...one, read: { [path]: "now" } }]).outputs.map(changed), [[]]);
    rmSync(join(folder, path));
    const gone = told([{ ...one, read: { [path]: "now" } }]);
    assert.deepEqual(gone.outputs.map(changed), [[`${folder}${path}`]]);
  });

  test("is told by the file's change where nobody has noted it", () => {
    file(path, "now");
    const [said] = told([one]).outputs.map(changed);
    assert.match(String(said), /^\d+\.\d{6} .*one\.conf$/);
    const restarted = { ...one, says: { ...one.says, InvocationID: "another" } };
    const [again] = told([{ ...restarted, read: { [path]: "now" } }]).outputs.map(changed);
    assert.match(String(again), /^\d+\.\d{6} .*one\.conf$/);
  });

  test("is looked at alone where the sums of all do not have it", () => {
    file(path, "now");
    const broken = `sha256sum() { echo >>${folder}/sums; [ $# != 2 ] || [ -n "$own" ] || return 1; command sha256sum "$@"; }\n`;
    const seen = told([{ ...one, read: { [path]: "then" } }], broken);
    assert.deepEqual(seen.outputs.map(changed), [[`${folder}${path}`]]);
    assert.equal(seen.summed, 2);
  });
});

describe("a daemon behind a socket", () => {
  const unit = "libvirtd.service";
  /** What the probe tells when systemd says this of it, and of its socket that it is active or not. */
  const idle = (state: string, sub: string, socket: boolean) => {
    const says = {
      ...running(unit),
      ActiveState: state,
      SubState: sub,
      TriggeredBy: "libvirtd.socket",
    };
    const active = `systemctl() { if [ "$1" = show ]; then printf %s "$said"; else return ${socket ? 0 : 3}; fi; }\n`;
    const [stdout = ""] = told([{ unit, says }], active).outputs;
    return stdout.includes("idle=yes\n");
  };

  test("is idle while it comes and goes, as long as its socket is there", () => {
    for (const state of ["inactive", "deactivating", "activating"]) {
      assert.equal(idle(state, "dead", true), true, state);
      assert.equal(idle(state, "dead", false), false, state);
    }
  });

  test("is not idle when it fails and is tried again", () => {
    assert.equal(idle("activating", "auto-restart", true), false);
    assert.equal(idle("failed", "failed", true), false);
  });
});
