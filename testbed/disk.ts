import { randomUUID } from "node:crypto";
import { existsSync } from "node:fs";
import { copyFile, mkdir, readdir, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { run } from "./command.ts";
import { fiveHosts, type Host, hostNamed, spareHosts } from "./hosts.ts";
import { giveModules } from "./modules.ts";
import { plugging } from "./network.ts";
import { hostFolder, type Place } from "./place.ts";
import { hostKey, keygen } from "./ssh-config.ts";

/** The hosts that have a disk, the five first, light ones last. */
export async function hostsOnDisk(at: Place): Promise<Host[]> {
  const names = await readdir(join(at.folder, "hosts")).catch(() => []);
  const made = names.filter((name) => existsSync(join(hostFolder(at, name), "made")));
  const whole = [...fiveHosts, ...spareHosts];
  const order = (host: Host) =>
    host.light ? Number(host.name.slice("light".length)) : whole.indexOf(host) - whole.length;
  return made.map(hostNamed).sort((one, other) => order(one) - order(other));
}

/** Gives the host a bare disk, unless it has one: the base, and over it what is its own. */
export async function makeDisk(at: Place, host: Host): Promise<void> {
  const folder = hostFolder(at, host.name);
  if (existsSync(join(folder, "made"))) return;
  await wipeDisk(at, host);
  for (const part of ["upper", "work", "root", "devices", "export"]) {
    await mkdir(join(folder, part), { recursive: true });
  }
  const { in: pluggedIn, out: pluggedOut, inside } = plugging(at, host);
  await writeFile(join(folder, "cables.in"), pluggedIn);
  await writeFile(join(folder, "cables.out"), pluggedOut);
  await writeFile(join(folder, "inside"), inside);

  const upper = join(folder, "upper");
  const machineId = `${randomUUID().replaceAll("-", "")}\n`;
  await put(upper, "etc/hostname", `${host.name}\n`);
  await put(upper, "etc/hosts", `127.0.0.1 localhost\n${host.address} ${host.name}\n`);
  await put(upper, "etc/machine-id", machineId, 0o444);
  await put(upper, "etc/network/interfaces", interfacesFile(host));
  await mkdir(join(upper, "etc/ssh"), { recursive: true });
  await keygen(hostKey(at, host.name), host.name);
  // A folder that the base has too takes its mode from here.
  await mkdir(join(upper, "root/.ssh"), { recursive: true, mode: 0o700 });
  await copyFile(`${at.key}.pub`, join(upper, "root/.ssh/authorized_keys"));
  if (!host.light) await giveModules(at, upper);
  await writeFile(join(folder, "made"), "");
}

export async function wipeDisk(at: Place, host: Host): Promise<void> {
  await run(["rm", "-rf", "--one-file-system", hostFolder(at, host.name)]);
}

async function put(top: string, name: string, content: string, mode = 0o644): Promise<void> {
  await mkdir(dirname(join(top, name)), { recursive: true });
  await writeFile(join(top, name), content, { mode });
}

/** /etc/network/interfaces: each interface of the host, up at boot. */
export function interfacesFile(host: Host): string {
  const through = host.defaultRoute.slice(0, host.defaultRoute.lastIndexOf("."));
  const each = host.interfaces.map((one) => {
    const gateway = one.address.startsWith(`${through}.`) ? `  gateway ${host.defaultRoute}\n` : "";
    return `\nauto ${one.name}\niface ${one.name} inet static\n  address ${one.address}/24\n${gateway}`;
  });
  return `auto lo\niface lo inet loopback\n${each.join("")}`;
}
