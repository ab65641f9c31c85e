import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { cgroupOf, unifiedRoot } from "./cgroup.ts";
import { attempt } from "./command.ts";
import { hostsOnDisk } from "./disk.ts";
import type { Host } from "./hosts.ts";
import { hostFolder, type Place } from "./place.ts";
import { isOn } from "./power.ts";

/** What is there, one host a line. */
export async function statusTable(at: Place): Promise<string> {
  const hosts = await hostsOnDisk(at);
  if (hosts.length === 0) return `no hosts in ${at.folder}: \`up\` brings them up`;
  const rows = await Promise.all(hosts.map((host) => row(at, host)));
  return [["host", "address", "power", "memory", "disk"], ...rows]
    .map(([name = "", address = "", ...rest]) =>
      [name.padEnd(11), address.padEnd(14), ...rest.map((cell) => cell.padStart(7))].join(" "),
    )
    .concat(`ssh -F ${at.sshConfig} HOST`)
    .join("\n");
}

async function row(at: Place, host: Host): Promise<string[]> {
  const on = await isOn(at, host);
  const disk = await attempt(["du", "-sm", join(hostFolder(at, host.name), "upper")]);
  const memory = on ? await residentMegabytes(cgroupOf(at, host.name)) : "";
  return [host.name, host.address, on ? "on" : "off", memory, `${disk.stdout.split("\t")[0]} MB`];
}

async function residentMegabytes(cgroup: string): Promise<string> {
  const old = join("/sys/fs/cgroup/memory", cgroup, "memory.stat");
  const unified = join(unifiedRoot(), cgroup, "memory.stat");
  const text = await readFile(old, "utf8").catch(() => readFile(unified, "utf8").catch(() => ""));
  const bytes = /^(?:total_rss|anon) ([0-9]+)$/m.exec(text)?.[1];
  return bytes === undefined ? "?" : `${Math.round(Number(bytes) / 1048576)} MB`;
}
