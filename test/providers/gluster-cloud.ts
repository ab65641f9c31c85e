import assert from "node:assert/strict";
import { brick } from "../../providers/brick.ts";
import { glusterPeers } from "../../providers/gluster-peers.ts";
import { glusterVolume } from "../../providers/gluster-volume.ts";
import { iptablesRules } from "../../providers/iptables-rules.ts";
import { mount } from "../../providers/mount.ts";
import type { Script } from "../../providers/sh.ts";
import { place } from "../../testbed/place.ts";
import { hostPlace } from "../places.ts";
import { Promised } from "./promised.ts";

export const storage = ["compute1", "compute2", "compute3", "compute4"];
export const everybody = [...storage, "controller"];
export const path = "/export/brick/shared";
export const at = "/srv/shared";

// A connection that a power loss has cut is opened anew.
export const road = hostPlace("controller", place().sshConfig);
export const { hosts } = road;
export const on = async (host: string, script: Script, seconds = 300): Promise<string> => {
  const [answer] = await hosts.ask(host, [{ text: script.text, seconds }]);
  if (answer?.status !== 0) throw new Error(`${host}: ${script.text}\n${answer?.stderr}`);
  return answer.stdout;
};
export const everywhere = (names: readonly string[], script: Script) =>
  Promise.all(names.map((host) => on(host, script)));

export const nat = new Promised(
  iptablesRules,
  hosts,
  "compute1",
  { table: "nat", chain: "test-gluster", from: "POSTROUTING" },
  { "10-lan": "-s 192.168.0.0/24 -o eth0 -j MASQUERADE" },
);
export const peers = new Promised(
  glusterPeers,
  hosts,
  "controller",
  { pool: "test" },
  Object.fromEntries(storage.map((host) => [host, "connected"])),
);
export const bricks = new Map(
  storage.map((host) => [
    host,
    new Promised(brick, hosts, host, { path, volume: "shared" }, { data: "discard" }),
  ]),
);
export const wish = {
  bricks: storage.map((host) => `${host}:${path}`),
  replica: 4,
  onRootDisk: true,
  "option/network.ping-timeout": "5",
  "option/cluster.quorum-type": "auto",
};
export const volume = new Promised(glusterVolume, hosts, "controller", { name: "shared" }, wish);
export const mounts = new Map(
  everybody.map((host) => [
    host,
    new Promised(
      mount,
      hosts,
      host,
      { path: at },
      {
        source: "localhost:/shared",
        type: "glusterfs",
        options: "defaults,_netdev",
        sourceUnits: ["glusterd.service"],
      },
    ),
  ]),
);
export const of = <Made>(all: ReadonlyMap<string, Made>, host: string): Made => {
  const one = all.get(host);
  assert.ok(one);
  return one;
};
export const all = [nat, peers, ...bricks.values(), volume, ...mounts.values()];
