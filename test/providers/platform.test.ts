import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { HostGround } from "../../providers/host-ground.ts";
import { Lifecycle } from "../../providers/lifecycle.ts";
import { platform } from "../../providers/platform.ts";
import { sh } from "../../providers/sh.ts";
import { folderPlace } from "../places.ts";

const key = { freeMegabytes: 500 };
const want = { system: "debian 13", space: "enough" };
const lan = "192.168.0.2 on eth1 or br100";

/** As `ip -o -4 addr show scope global` says it. */
const onInterface = `2: eth0    inet 203.0.113.2/24 brd 203.0.113.255 scope global dynamic eth0\\       valid_lft 3071sec preferred_lft 3071sec
3: eth1    inet 192.168.0.2/24 brd 192.168.0.255 scope global eth1\\       valid_lft forever preferred_lft forever
`;
const onBridge = `2: eth0    inet 203.0.113.2/24 brd 203.0.113.255 scope global eth0\\       valid_lft forever preferred_lft forever
5: br100    inet 192.168.0.2/24 brd 192.168.0.255 scope global br100\\       valid_lft forever preferred_lft forever
5: br100    inet 10.0.0.1/24 brd 10.0.0.255 scope global br100\\       valid_lft forever preferred_lft forever
`;
const allThere = { down: new Set<string>(), abandoned: new Set<string>() };
const lanOf = (addresses: string, wanted = lan) =>
  platform.parse(`debian 13\n500\nlab-07\n${addresses}`, key, { ...want, lan: wanted }).lan;

describe("a host that is not fit", () => {
  test("is told by its system, and by the room on its disk", () => {
    assert.deepEqual(platform.parse("debian 12\n499\nlab-07\n", key), {
      system: "debian 12",
      space: "499 MB free on /",
      hostname: "lab-07",
    });
    const live = platform.parse("debian 13\n500\nlab-07\n", key);
    assert.deepEqual(platform.own(want, live), want);
    assert.deepEqual(platform.converge(key, want, platform.own(want, live)), []);
  });

  test("is told by its address in the LAN, which is on the interface or the bridge over it", () => {
    assert.equal(lanOf(onInterface), lan);
    assert.equal(lanOf(onBridge), lan);
    assert.equal(lanOf(onInterface, "192.168.0.2 on eth0 or br100"), "192.168.0.2 on eth1");
    assert.equal(lanOf(onBridge.replaceAll("br100", "vmbr0")), "192.168.0.2 on vmbr0");
    assert.equal(
      lanOf(onInterface, "192.168.0.3 on eth1 or br100"),
      "no 192.168.0.3, and 192.168.0.2 on eth1",
    );
    assert.equal(lanOf(onInterface, "192.168.0.2 on enp3s0 or br100"), "192.168.0.2 on eth1");
    assert.equal(lanOf("", lan), "no 192.168.0.2, and no address on eth1");
  });

  test("whose interfaces nobody asked about is not judged by them", () => {
    const live = platform.parse(`debian 13\n500\nlab-07\n${onInterface}`, key, want);
    assert.deepEqual(platform.converge(key, want, platform.own(want, live)), []);
  });

  test("that became fit is let go of, whatever it was like at first", async () => {
    const place = folderPlace();
    try {
      const said = `${place.folder}/said`;
      const kind = { ...platform, probe: () => sh`cat ${said}` };
      const at = { host: place.host, key, claim: "preflight", stack: "test" };
      const on = new Lifecycle(new HostGround(kind, place.hosts), allThere);
      const { inputs } = on.check({ at, ...want, lan });
      await place.run(sh`printf 'debian 12\n499\nlab-07\n' >${said}`);
      await assert.rejects(on.create(inputs), /find the operating system/);
      await place.run(sh`{ printf 'debian 13\n500\nlab-07\n'; echo ${onInterface}; } >${said}`);
      await on.delete((await on.create(inputs)).outs);
    } finally {
      await place.end();
    }
  });

  test("fails its run with what was found and what to do", async () => {
    const place = folderPlace();
    try {
      const have = platform.parse("debian 12\n10\nlab-07\n", key);
      const wanted = { ...want, hostname: "compute2", lan };
      const changes = platform.converge(key, wanted, { ...have, lan: "192.168.0.2 on eth0" });
      assert.equal(changes.length, 4);
      for (const change of changes) {
        await assert.rejects(
          place.run(change.script),
          /Next: (install debian 13|make room|hostnamectl set-hostname compute2|correct its address or lanInterface)/,
        );
      }
    } finally {
      await place.end();
    }
  });
});
