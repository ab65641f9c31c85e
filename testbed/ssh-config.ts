import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { run } from "./command.ts";
import { gatewayAlias, type Host } from "./hosts.ts";
import { hostFolder, type Place } from "./place.ts";

/**
 * What `ssh -F` and the stack find the hosts by. The ProxyCommand starts at the operator's place and
 * is its client's socket by its standard input and output. It has no time limit of its own, because
 * netcat's would also end a connection that is silent; and it ends when its client does (-q0).
 */
export function sshConfig(at: Place, hosts: readonly Host[]): string {
  const common = `Host *
  User root
  Port 22
  IdentityFile ${word(at.key)}
  IdentitiesOnly yes
  UserKnownHostsFile ${word(at.knownHosts)}
  GlobalKnownHostsFile /dev/null
  StrictHostKeyChecking yes
  LogLevel ERROR
  ConnectTimeout 10
  ServerAliveInterval 5
  ServerAliveCountMax 3
  ProxyCommand nsenter --net=/run/netns/${at.operatorNamespace} nc.openbsd -q0 %h %p
`;
  const each = hosts.map((host) => {
    const names = host.name === "compute1" ? `${host.name} ${gatewayAlias}` : host.name;
    return `\nHost ${names}\n  HostName ${host.address}\n  HostKeyAlias ${host.name}\n`;
  });
  // ssh takes the first value it finds, so what is true for all comes last.
  return `${each.join("").trimStart()}\n${common}`;
}

function word(path: string): string {
  return /\s/.test(path) ? `"${path}"` : path;
}

/** Draws the operator's key, once. */
export async function drawKey(at: Place): Promise<void> {
  const drawn = await readFile(`${at.key}.pub`, "utf8").catch(() => "");
  if (drawn === "") await keygen(at.key, "operator");
}

export async function keygen(file: string, comment: string): Promise<void> {
  await run(["sh", "-c", 'rm -f "$0" "$0.pub"', file]);
  await run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C", comment, "-f", file]);
}

/** A host's ssh key, inside its disk. */
export function hostKey(at: Place, host: string): string {
  return join(hostFolder(at, host), "upper/etc/ssh/ssh_host_ed25519_key");
}

/** Writes ssh_config and known_hosts for the hosts that have a disk. */
export async function writeSshFiles(at: Place, hosts: readonly Host[]): Promise<void> {
  const known = await Promise.all(
    hosts.map(async ({ name }) => {
      const [type, key] = (await readFile(`${hostKey(at, name)}.pub`, "utf8")).split(" ");
      return `${name} ${type} ${key}\n`;
    }),
  );
  await writeFile(at.knownHosts, known.join(""), { mode: 0o600 });
  await writeFile(at.sshConfig, sshConfig(at, hosts), { mode: 0o600 });
}
