import { spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { mkdir, readFile, rename, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { baseFolder } from "./base.ts";
import { cgroupOf, killAll, populated } from "./cgroup.ts";
import { run } from "./command.ts";
import { hostsOnDisk, makeDisk, wipeDisk } from "./disk.ts";
import { BadRequest, HostDidNotFollow, TestbedError } from "./errors.ts";
import { claimFolder, isOurs, removeFolder } from "./folder.ts";
import { placeGuestImage } from "./guest-image.ts";
import { fiveHosts, type Host, hostNamed, lightHosts, outside } from "./hosts.ts";
import { alone } from "./lock.ts";
import { checkMachine, installPrograms } from "./machine.ts";
import { type Mirrors, machineMirrors } from "./mirrors.ts";
import { listModules } from "./modules.ts";
import { cable, hostsFile, layNetwork, removeNetwork, waitForPorts } from "./network.ts";
import { type Place, place } from "./place.ts";
import { cutPower, isOn, reachable, shutDown, switchOn } from "./power.ts";
import { patiently, say } from "./progress.ts";
import { drawKey, writeSshFiles } from "./ssh-config.ts";

/** What is brought up: N light hosts, or the five and those that are named besides. */
export interface Wanted {
  readonly light?: number;
  readonly named?: readonly string[];
}

/** Brings up hosts; what is up stays as it is. */
export async function up({ light, named = [] }: Wanted = {}, at = place()): Promise<void> {
  const five = new Set([...fiveHosts, ...named.map(hostNamed)]);
  const hosts = light === undefined ? [...five] : lightHosts(light);
  await checkMachine();
  await installPrograms(at);
  await byItself(at, async () => {
    await claimFolder(at);
    const base = await ground(at);
    const disks = Promise.all(hosts.map((host) => makeDisk(at, host)));
    await patiently(`making the disks of ${hosts.length} hosts`, disks);
    if (light === undefined) {
      await patiently("building the guests' image", placeGuestImage(at));
    }
    await powerOn(at, hosts, base);
  });
}

/** Switches on these hosts, or all that have a disk. */
export async function start(names: readonly string[] = [], at = place()): Promise<void> {
  await byItself(at, async () => {
    const hosts = await chosen(at, names);
    await powerOn(at, hosts, await ground(at));
  });
}

/** Shuts down these hosts, or all, at once. */
export async function stop(names: readonly string[] = [], at = place()): Promise<void> {
  await byItself(at, async () => {
    await Promise.all((await chosen(at, names)).map((host) => shutDown(at, host)));
  });
}

/** Takes the power from these hosts, or all, at once. */
export async function kill(names: readonly string[] = [], at = place()): Promise<void> {
  await byItself(at, async () => {
    await Promise.all((await chosen(at, names)).map((host) => cutPower(at, host)));
  });
}

/** Gives the host a new, bare disk and a new key; it is on again afterwards if it was on. */
export async function reset(name: string, at = place()): Promise<void> {
  await byItself(at, async () => {
    const [host = hostNamed(name)] = await chosen(at, [name]);
    const wasOn = await isOn(at, host);
    await cutPower(at, host);
    await wipeDisk(at, host);
    const base = await ground(at);
    await makeDisk(at, host);
    if (wasOn) await powerOn(at, [host], base);
    else await writeSshFiles(at, await hostsOnDisk(at));
  });
}

/** Plugs a cable in or pulls it out. */
export async function link(name: string, port: string, state: string, at = place()): Promise<void> {
  const host = hostNamed(name);
  const wired = host.interfaces.find((one) => one.name === port);
  if (wired === undefined || (state !== "up" && state !== "down")) {
    const ports = host.interfaces.map((one) => one.name).join(" or ");
    throw new BadRequest(`link ${host.name} takes ${ports}, and up or down.`);
  }
  if (!(await isOn(at, host))) throw new BadRequest(`${host.name} is off: it has no link.`);
  const end = cable(wired.bridge, host.name);
  await run(["ip", "-n", at.operatorNamespace, "link", "set", end, state]);
}

/** Removes everything of this testbed: also what a crash left behind. */
export async function down(at = place()): Promise<void> {
  await byItself(at, async () => {
    if (!(await isOurs(at))) {
      throw new TestbedError(`${at.folder} is not a testbed's run folder: it stays as it is.`);
    }
    await patiently("taking the testbed down", takeDown(at));
  });
}

async function takeDown(at: Place): Promise<void> {
  if (!(await killAll(at.prefix))) {
    throw new HostDidNotFollow("processes of the testbed are still there 20 s after a kill.");
  }
  await removeNetwork(at);
  await removeFolder(at);
  await run(["sh", "-c", 'rm -rf /run/systemd/nspawn/propagate/"$0"-*', at.prefix]);
}

/** The names of the hosts that have a disk, the five first. */
export async function hostNames(at = place()): Promise<string[]> {
  return (await hostsOnDisk(at)).map((host) => host.name);
}

function byItself(at: Place, work: () => Promise<void>): Promise<void> {
  return alone(join(at.cache, "locks", at.prefix), `the testbed ${at.folder}`, work);
}

/** What hosts stand on: network, internet, base image, the operator's key. */
async function ground(at: Place): Promise<string> {
  const mirrors = await rememberedMirrors(at);
  await layNetwork(at);
  await openInternet(at, mirrors);
  await drawKey(at);
  await listModules(at);
  return baseFolder(at, mirrors);
}

/** apt takes a second to name the machine's sources, so they are asked for once per testbed. */
async function rememberedMirrors(at: Place): Promise<Mirrors> {
  const file = join(at.folder, "mirrors.json");
  if (existsSync(file)) return JSON.parse(await readFile(file, "utf8"));
  const mirrors = await machineMirrors();
  await writeFile(`${file}.partial`, JSON.stringify(mirrors));
  await rename(`${file}.partial`, file);
  return mirrors;
}

async function openInternet(at: Place, mirrors: Mirrors): Promise<void> {
  const cgroup = cgroupOf(at, "internet");
  if (await populated(cgroup)) return;
  await mkdir(join(at.cache, "packages"), { recursive: true, mode: 0o700 });
  spawn(
    "sh",
    [
      ...["-c", 'exec sh "$@" </dev/null >internet.log 2>&1', "sh"],
      join(import.meta.dirname, "internet.sh"),
      ...[cgroup, at.internetNamespace, outside.internet, process.execPath],
      join(import.meta.dirname, "package-cache.ts"),
      ...[join(at.cache, "packages"), JSON.stringify(mirrors)],
    ],
    { cwd: at.folder, detached: true, stdio: "ignore" },
  ).unref();
  const port = { address: outside.internet, port: 3142, greeting: "" };
  const silent = await waitForPorts(at.internetNamespace, [port], 10);
  if (silent.length > 0) {
    const log = await readFile(join(at.folder, "internet.log"), "utf8").catch(() => "");
    throw new HostDidNotFollow(`the package cache does not answer: ${log.trim()}`);
  }
}

async function powerOn(at: Place, hosts: readonly Host[], base: string): Promise<void> {
  const all = await hostsOnDisk(at);
  await writeSshFiles(at, all);
  await writeFile(join(at.folder, "hosts.txt"), hostsFile(all));
  const began = Date.now();
  await Promise.all(hosts.map((host) => switchOn(at, host, base)));
  await reachable(at, hosts);
  const names = hosts.length === 1 ? `${hosts[0]?.name} is` : `${hosts.length} hosts are`;
  say(`${names} up (${((Date.now() - began) / 1000).toFixed(1)} s)`);
}

async function chosen(at: Place, names: readonly string[]): Promise<readonly Host[]> {
  const there = await hostsOnDisk(at);
  if (there.length === 0) throw new BadRequest("there are no hosts yet: `up` brings them up.");
  if (names.length === 0) return there;
  const hosts = names.map(hostNamed);
  const lacking = hosts.find((host) => !there.some(({ name }) => name === host.name));
  if (lacking !== undefined) {
    throw new BadRequest(`${lacking.name} has not been brought up yet: \`up\` does that.`);
  }
  return hosts;
}
