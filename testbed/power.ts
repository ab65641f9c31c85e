import { spawn } from "node:child_process";
import { closeSync, openSync } from "node:fs";
import { mkdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { cgroupOf, deserted, forget, killAll, populated, processes } from "./cgroup.ts";
import { attempt } from "./command.ts";
import { compiledFolder } from "./compiled-together.ts";
import { HostDidNotFollow } from "./errors.ts";
import type { Host } from "./hosts.ts";
import { hostNamespace, waitForPorts } from "./network.ts";
import { hostFolder, type Place } from "./place.ts";
import { patiently } from "./progress.ts";

export function isOn(at: Place, host: Host): Promise<boolean> {
  return populated(cgroupOf(at, host.name));
}

/** Switches on what is off. The host's disk must be there. */
export async function switchOn(at: Place, host: Host, base: string): Promise<void> {
  if (await isOn(at, host)) return;
  const folder = hostFolder(at, host.name);
  const compiled = join(at.cache, "compiled-1");
  await mkdir(compiled, { recursive: true });
  const console = openSync(join(folder, "console.log"), "a", 0o600);
  spawn(
    "sh",
    [
      join(import.meta.dirname, "host.sh"),
      cgroupOf(at, host.name),
      `${at.prefix}-${host.name}`,
      host.name,
      host.light ? "light" : "whole",
      hostNamespace(at, host),
      at.operatorNamespace,
      base,
      `${compiled}:${compiledFolder}`,
    ],
    { cwd: folder, detached: true, stdio: ["ignore", console, console] },
  ).unref();
  closeSync(console);
}

/** Waits until every host's sshd answers. */
export async function reachable(at: Place, hosts: readonly Host[]): Promise<void> {
  const ports = hosts.map(({ address }) => ({ address, port: 22, greeting: "SSH-" }));
  const silent = await patiently(
    "waiting for the hosts' sshd",
    waitForPorts(at.operatorNamespace, ports, 60),
  );
  const late = hosts.find((host) => silent.includes(host.address));
  if (late === undefined) return;
  const log = join(hostFolder(at, late.name), "console.log");
  const said = await readFile(log, "utf8").catch(() => "");
  const crowded = /Too many open files/.test(said)
    ? " The hosts together want more inotify instances than this machine allows " +
      "(sysctl fs.inotify.max_user_instances): take down another testbed, or raise it."
    : "";
  throw new HostDidNotFollow(
    `${late.name} (${late.address}) has no sshd that answers after 60 s.${crowded} ` +
      `What its console said: ${log}`,
  );
}

/** Shuts the host down as its own poweroff would. */
export async function shutDown(at: Place, host: Host): Promise<void> {
  const cgroup = cgroupOf(at, host.name);
  for (const pid of await processes(cgroup, "systemd-nspawn")) process.kill(pid, "SIGTERM");
  if (!(await patiently(`${host.name} is shutting down`, deserted(cgroup, 100)))) {
    throw new HostDidNotFollow(
      `${host.name} has not shut down within 100 s; \`kill ${host.name}\` takes its power away.`,
    );
  }
  await forget(cgroup);
}

/** Takes the power away: the cables go dark and every process of the host is gone at once. */
export async function cutPower(at: Place, host: Host): Promise<void> {
  const namespace = hostNamespace(at, host);
  await attempt([
    ...["ip", "-n", at.operatorNamespace, "-force", "-batch"],
    join(hostFolder(at, host.name), "cables.out"),
  ]);
  if (!(await killAll(cgroupOf(at, host.name)))) {
    throw new HostDidNotFollow(`${host.name} still has processes 20 s after they were killed.`);
  }
  await attempt(["ip", "netns", "delete", namespace]);
}
