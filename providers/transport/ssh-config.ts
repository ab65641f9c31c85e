import { readFileSync } from "node:fs";
import { homedir } from "node:os";
import { resolve } from "node:path";
import SSHConfig from "ssh-config";

/** How to reach one host: what OpenSSH would take from its client config. */
export interface Road {
  readonly name: string;
  readonly address: string;
  readonly port: number;
  readonly user: string;
  readonly identityFiles: readonly string[];
  /** Path of the agent's socket; undefined when only the files count. */
  readonly agent: string | undefined;
  readonly proxyCommand: string | undefined;
  readonly proxyJump: string | undefined;
  /** The name under which the host's key stands in known_hosts. */
  readonly hostKeyName: string;
  readonly knownHostsFiles: readonly string[];
  readonly configFile: string;
}

const defaultKeys = ["~/.ssh/id_ed25519", "~/.ssh/id_ecdsa", "~/.ssh/id_rsa"];
const defaultKnownHosts = ["~/.ssh/known_hosts", "/etc/ssh/ssh_known_hosts"];
const parsed = new Map<string, SSHConfig>();

/**
 * Looks a host up in an OpenSSH client config (ssh_config(5)): HostName, Port, User, IdentityFile,
 * IdentityAgent, IdentitiesOnly, ProxyCommand, ProxyJump, HostKeyAlias, UserKnownHostsFile.
 * @throws Error when the file cannot be read.
 */
export function roadTo(name: string, configFile: string): Road {
  const found = configOf(configFile).compute(name, { ignoreCase: true });
  const all = (key: string): string[] => {
    const value = found[key.toLowerCase()] ?? entry(found, key);
    return value === undefined ? [] : Array.isArray(value) ? value.map(String) : [String(value)];
  };
  const one = (key: string): string | undefined => all(key)[0];
  const address = expandTokens(one("HostName") ?? name, { h: name });
  const port = Number(one("Port") ?? 22);
  const user = one("User") ?? "root";
  const tokens = { h: address, p: String(port), r: user, n: name, d: homedir() };
  const alias = one("HostKeyAlias");
  const identityAgent = one("IdentityAgent");
  const agent = identityAgent === undefined ? process.env.SSH_AUTH_SOCK : home(identityAgent);
  const identities = all("IdentityFile").map((file) => home(expandTokens(file, tokens)));
  const knownHosts = all("UserKnownHostsFile");
  return {
    name,
    address,
    port,
    user,
    identityFiles: identities.length > 0 ? identities : defaultKeys.map(home),
    agent: one("IdentitiesOnly") === "yes" || agent === "none" ? undefined : agent,
    proxyCommand: command(one("ProxyCommand"), tokens),
    proxyJump: one("ProxyJump") === "none" ? undefined : one("ProxyJump"),
    hostKeyName: alias ?? (port === 22 ? address : `[${address}]:${port}`),
    knownHostsFiles: (knownHosts.length > 0 ? knownHosts : defaultKnownHosts).map((file) =>
      home(expandTokens(file, tokens)),
    ),
    configFile,
  };
}

function configOf(file: string): SSHConfig {
  const known = parsed.get(file);
  if (known) return known;
  const config = SSHConfig.parse(readFileSync(file, "utf8"));
  parsed.set(file, config);
  return config;
}

/** ssh_config keywords are case-insensitive; the parser keeps them as they were written. */
function entry(found: Record<string, unknown>, key: string): unknown {
  return Object.entries(found).find(([name]) => name.toLowerCase() === key.toLowerCase())?.[1];
}

function command(value: string | undefined, tokens: Record<string, string>): string | undefined {
  return value === undefined || value === "none" ? undefined : expandTokens(value, tokens);
}

function expandTokens(text: string, tokens: Record<string, string>): string {
  return text.replaceAll(/%(.)/g, (all, token: string) =>
    token === "%" ? "%" : (tokens[token] ?? all),
  );
}

function home(path: string): string {
  return resolve(path.replace(/^~(?=\/|$)/, homedir()));
}
