import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { describe, test } from "node:test";
import { type ServiceValue, service } from "../../providers/service.ts";
import { sh } from "../../providers/sh.ts";

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

describe("a daemon behind a socket", () => {
  const unit = "libvirtd.service";
  /** What the probe tells when systemd says this of it, and of its socket that it is active or not. */
  const told = (state: string, sub: string, socket: boolean) => {
    const shared = `Names=${unit}\nActiveState=${state}\nSubState=${sub}\nTriggeredBy=libvirtd.socket\n--\n`;
    const script = sh`systemctl() { return ${socket ? 0 : 3}; }
shared=${shared}
${service.probe({ unit }, undefined)}`;
    const { stdout } = spawnSync("sh", { input: script.text, encoding: "utf8" });
    return stdout.includes("idle=yes\n");
  };

  test("is idle while it comes and goes, as long as its socket is there", () => {
    for (const state of ["inactive", "deactivating", "activating"]) {
      assert.equal(told(state, "dead", true), true, state);
      assert.equal(told(state, "dead", false), false, state);
    }
  });

  test("is not idle when it fails and is tried again", () => {
    assert.equal(told("activating", "auto-restart", true), false);
    assert.equal(told("failed", "failed", true), false);
  });
});
