import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, beforeEach, describe, test } from "node:test";
import { glusterPeers } from "../../providers/gluster-peers.ts";

const key = { pool: "quintet" };

describe("the members of a pool", () => {
  test("are known by every name that the daemon has for them", () => {
    const printed =
      "installed\npeer compute1 3 linked\npeer gateway 3 linked\npeer compute2 3 linked\n";
    assert.deepEqual(glusterPeers.parse(printed), {
      compute1: "connected",
      gateway: "connected",
      compute2: "connected",
    });
  });

  test("that are away, refused or half-way in are not connected", () => {
    const printed = "installed\npeer compute1 3 \npeer compute2 5 linked\npeer compute3 4 linked\n";
    assert.deepEqual(glusterPeers.parse(printed), {
      compute1: "disconnected",
      compute2: "rejected",
      compute3: "not accepted yet (state 4)",
    });
  });

  test("are none where Gluster is not installed, and none yet where it is", () => {
    assert.equal(glusterPeers.parse(""), undefined);
    assert.deepEqual(glusterPeers.parse("installed\n"), {});
  });

  test("that others took in are not ours to detach", () => {
    const have = { compute1: "connected", theirs: "connected" };
    const own = glusterPeers.own({ compute1: "connected" }, have);
    assert.deepEqual(
      glusterPeers.converge(key, {}, own).map((change) => change.why),
      ["detach compute1 from the Gluster pool"],
    );
  });

  test("that are gone for good leave first and by force, and are not asked back in", () => {
    const gone = new Set(["compute2", "compute3"]);
    const have = { compute1: "connected", compute2: "disconnected", compute3: "disconnected" };
    const changes = glusterPeers.converge(key, { compute3: "connected" }, have, gone);
    assert.deepEqual(
      changes.map(({ why }) => why),
      [
        "detach compute2 from the Gluster pool, as it is gone for good",
        "detach compute1 from the Gluster pool",
      ],
    );
    assert.match(changes[0]?.script.text ?? "", /peer detach compute2 force \|\|/);
    assert.doesNotMatch(changes[1]?.script.text ?? "", /peer detach compute1 force \|\|/);
  });

  test("go by names: an address is refused", () => {
    assert.equal(glusterPeers.value.safeParse({ "192.168.0.1": "connected" }).success, false);
  });
});

describe("a look at the pool", () => {
  const folder = mkdtempSync(join(tmpdir(), "quintet-peers-"));
  after(() => rmSync(folder, { recursive: true }));
  const write = (name: string, text: string, mode = 0o644) =>
    writeFileSync(join(folder, name), text, { mode });
  beforeEach(() => {
    rmSync(folder, { recursive: true });
    mkdirSync(join(folder, "peers"), { recursive: true });
  });
  const peer = (id: string, state: number, ...names: string[]) =>
    write(
      `peers/${id}`,
      [
        `uuid=${id}`,
        `state=${state}`,
        ...names.map((name, at) => `hostname${at + 1}=${name}`),
        "",
      ].join("\n"),
    );
  // Recorded: the kernel's own lines, of Debian 13; 5DC7 is 24007, 01 is established, 0A listens.
  const head = "  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid";
  const link = (remote: string, state = "01") =>
    `   0: 0500A8C0:BFFB ${remote} ${state} 00000000:00000000 00:00000000 00000000     0        0 20341 1`;
  const connected = (links: readonly string[], links6?: readonly string[]) => {
    write("tcp", [head, ...links, ""].join("\n"));
    if (links6) write("tcp6", [head, ...links6, ""].join("\n"));
  };
  /** Asked by a getent that knows these, and prints as Debian's does. */
  const seen = (known: Readonly<Record<string, readonly string[]>>, pool = "") => {
    const cases = Object.entries(known).map(([name, addresses]) => {
      const said = addresses.flatMap((address, at) => [
        `${address.padEnd(15)} STREAM ${at ? "" : "its-first-name"}`,
        `${address.padEnd(15)} DGRAM  `,
        `${address.padEnd(15)} RAW    `,
      ]);
      return `${name}) echo '${said.join("\n")}' ;;`;
    });
    write("asked", "");
    write(
      "getent",
      `#!/bin/sh\nshift; echo "$*" >>${folder}/asked; s=0\nfor name; do case $name in ${cases.join("\n")} *) s=2 ;; esac; done; exit $s\n`,
      0o755,
    );
    write("gluster", `#!/bin/sh\nprintf '%s\\n' '${pool}'\n`, 0o755);
    const input = glusterPeers
      .probe()
      .text.replaceAll("/var/lib/glusterd", folder)
      .replaceAll("/proc/net", folder);
    const env = { PATH: `${folder}:${process.env.PATH}` };
    const { stdout, stderr } = spawnSync("sh", { input, encoding: "utf8", env });
    assert.equal(stderr, "");
    return glusterPeers.parse(stdout);
  };
  const asked = () => spawnSync("wc", ["-l", join(folder, "asked")], { encoding: "utf8" }).stdout;

  test("sees by the kernel's tables who is connected, and looks up all names at once", () => {
    peer("a", 3, "compute1", "gateway");
    peer("b", 3, "compute2");
    peer("c", 3, "compute3");
    peer("d", 3, "compute10");
    connected(
      [link("0100A8C0:5DC7"), link("0300A8C0:5DC7", "0A"), link("0A00A8C0:0016")],
      [link("0000000000000000FFFF0000FE64A8C0:5DC7")],
    );
    const known = {
      compute1: ["192.168.0.1"],
      gateway: ["192.168.0.1"],
      compute2: ["10.9.9.9", "192.168.100.254"],
      compute3: ["192.168.0.3"],
      compute10: ["192.168.0.10"],
    };
    assert.deepEqual(seen(known), {
      compute1: "connected",
      gateway: "connected",
      compute2: "connected",
      compute3: "disconnected",
      compute10: "disconnected",
    });
    assert.match(asked(), /^1 /);
  });

  test("looks up each name alone where one is not known, and asks the daemon about that one", () => {
    peer("a", 3, "compute1");
    peer("b", 3, "nowhere");
    peer("c", 5, "compute3");
    peer("d", 3, "compute4");
    connected([link("0100A8C0:5DC7"), link("0300A8C0:5DC7")]);
    const known = { compute1: ["192.168.0.1"], compute3: ["192.168.0.3"], compute4: ["1.2.3.4"] };
    assert.deepEqual(seen(known, "11-22\tnowhere \tConnected\n33-44\tcompute4\tDisconnected"), {
      compute1: "connected",
      nowhere: "connected",
      compute3: "rejected",
      compute4: "disconnected",
    });
    assert.match(asked(), /^5 /);
  });

  test("of its own alone sees nobody, and starts nothing", () => {
    assert.deepEqual(seen({}), {});
    assert.match(asked(), /^0 /);
  });
});
