import { existsSync } from "node:fs";
import { HostUnreachable } from "../errors.ts";
import type { Road } from "./ssh-config.ts";

/** The host has shown a key that known_hosts does not vouch for. */
export function badHostKey(road: Road, verdict: string, print: string): HostUnreachable {
  const { name, hostKeyName } = road;
  const file = road.knownHostsFiles[0] ?? "known_hosts";
  if (verdict === "unknown") {
    const next = `compare that fingerprint with the host's own (on it: ssh-keygen -lf /etc/ssh/ssh_host_ed25519_key.pub), then accept it once: ${byHand(road)}`;
    return new HostUnreachable(
      name,
      `its host key ${print} is unknown (no entry for ${hostKeyName} in ${file})`,
      next,
    );
  }
  const what = verdict === "revoked" ? "is revoked" : "is not the one that is known";
  const next = `if the host was installed anew: ssh-keygen -R '${hostKeyName}' -f ${file}, then accept the new key. If not, somebody stands between.`;
  return new HostUnreachable(name, `its host key ${print} ${what} (${file}, ${hostKeyName})`, next);
}

/** The connection did not come about. `complaint` is what a ProxyCommand said. */
export function notReached(road: Road, reason: string, complaint: string): HostUnreachable {
  const where = `${road.user}@${road.address} port ${road.port}`;
  const said = complaint.trim() ? ` (${complaint.trim()})` : "";
  if (/authentication methods failed/i.test(reason)) {
    const keys = road.identityFiles.join(", ");
    return new HostUnreachable(
      road.name,
      `${where} refused every key it was offered (${keys}${road.agent ? ", and the agent's" : ""})`,
      `put the public key there (ssh-copy-id), or name another IdentityFile or User in ${road.configFile}. A key with a passphrase has to be in an ssh-agent.`,
    );
  }
  const off = road.isJump
    ? "Whatever is behind it waits for it."
    : "If it is off and must stay so, put it into quintet:down.";
  return new HostUnreachable(
    road.name,
    `${where}: ${reason}${said}`,
    `try by hand: ${byHand(road)}. ${off}`,
  );
}

/** What the host behind a jump has to say when the jump itself is out of reach. */
export function jumpNotReached(road: Road, jump: Road, error: HostUnreachable): HostUnreachable {
  const reason = `its jump ${jump.name} cannot be reached: ${error.reason}`;
  return new HostUnreachable(road.name, reason, error.next);
}

function byHand({ name, configFile, jump, isJump }: Road): string {
  // ssh takes a file that is not there for an error, but does without the user's own.
  const words = existsSync(configFile) ? ["ssh", "-F", configFile] : ["ssh"];
  // The list that leads to a jump need not stand in the jump's own part of the config.
  if (isJump && jump) words.push("-J", listed(jump));
  return [...words, name.includes(":") && !name.includes("/") ? `ssh://${name}` : name].join(" ");
}

function listed(jump: Road): string {
  return jump.jump ? `${listed(jump.jump)},${jump.name}` : jump.name;
}
