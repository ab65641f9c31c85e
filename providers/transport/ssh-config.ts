import { homedir, userInfo } from "node:os";
import { HostUnreachable } from "../errors.ts";
import { home, lookUp } from "./ssh-config-file.ts";

/** How to reach one host: what OpenSSH would take from its client config. */
export interface Road {
  /** As it was asked for; a jump is named as ProxyJump names it. */
  readonly name: string;
  readonly address: string;
  readonly port: number;
  readonly user: string;
  readonly identityFiles: readonly string[];
  /** Path of the agent's socket; undefined when only the files count. */
  readonly agent: string | undefined;
  readonly proxyCommand: string | undefined;
  /** The road to the host that this one goes through. */
  readonly jump: Road | undefined;
  /** Whether this is the road to a jump, and not to a host that somebody asked for. */
  readonly isJump: boolean;
  /** The name under which the host's key stands in known_hosts. */
  readonly hostKeyName: string;
  readonly knownHostsFiles: readonly string[];
  readonly configFile: string;
}

/** A host as ProxyJump names it, and the list to go through first; without one, its config says. */
interface Stop {
  readonly name: string;
  readonly host: string;
  readonly user?: string | undefined;
  readonly port?: string | undefined;
  readonly through?: readonly string[];
}

const defaultKeys = ["~/.ssh/id_ed25519", "~/.ssh/id_ecdsa", "~/.ssh/id_rsa"];
const defaultKnownHosts = ["~/.ssh/known_hosts", "/etc/ssh/ssh_known_hosts"];

/**
 * Looks a host up in an OpenSSH client config (ssh_config(5)), Includes and jumps with it. What is
 * honoured stands in docs/decisions/transport.md.
 * @throws HostUnreachable when a file cannot be read, or a ProxyJump leads nowhere.
 */
export function roadTo(name: string, configFile: string): Road {
  const refuse = (reason: string) =>
    new HostUnreachable(
      name,
      reason,
      `correct ${configFile}, set quintet:sshConfig to another, or bring the testbed up (npm start).`,
    );
  return roadOver({ name, host: name }, []);

  function roadOver(stop: Stop, behind: readonly string[]): Road {
    const found = foundFor(stop);
    const all = (key: string): string[] => [found[key.toLowerCase()] ?? []].flat();
    const one = (key: string): string | undefined => all(key)[0];
    const address = expandTokens(one("HostName") ?? stop.host, { h: stop.host });
    const port = Number(stop.port ?? one("Port") ?? 22);
    const user = one("User") ?? localUser();
    const tokens = { h: address, p: String(port), r: user, n: stop.host, d: homedir() };
    // Of both, OpenSSH takes the one that it finds first, and "none" is a find.
    const proxy = Object.keys(found).find((key) => key === "proxycommand" || key === "proxyjump");
    const declared = proxy === undefined || one(proxy) === "none" ? undefined : one(proxy);
    const jumps = proxy === "proxyjump" ? declared?.split(/\s*,\s*/) : undefined;
    const through = (stop.through ?? jumps ?? []).map((jump) => expandTokens(jump, tokens));
    const identities = all("IdentityFile").map((file) => home(expandTokens(file, tokens)));
    const knownHosts = all("UserKnownHostsFile");
    return {
      name: stop.name,
      address,
      port,
      user,
      identityFiles: identities.length > 0 ? identities : defaultKeys.map(home),
      agent: one("IdentitiesOnly") === "yes" ? undefined : agentAt(one("IdentityAgent")),
      proxyCommand:
        proxy === "proxycommand" && !stop.through && declared !== undefined
          ? expandTokens(declared, tokens)
          : undefined,
      jump: jumpOf(through, [...behind, stop.name]),
      isJump: behind.length > 0,
      hostKeyName: one("HostKeyAlias") ?? (port === 22 ? address : `[${address}]:${port}`),
      knownHostsFiles: (knownHosts.length > 0 ? knownHosts : defaultKnownHosts).map((file) =>
        home(expandTokens(file, tokens)),
      ),
      configFile,
    };
  }

  function foundFor({ host, user }: Stop): Record<string, string | string[]> {
    try {
      return lookUp(host, configFile, user);
    } catch (error) {
      throw refuse(error instanceof Error ? error.message : String(error));
    }
  }

  function localUser(): string {
    try {
      return userInfo().username;
    } catch {
      // In a container the user who runs this can be a number without a name.
      throw refuse("its config has no User, and the user who runs this has no name");
    }
  }

  /** The last of a list is the one next to the host; the others are the way to it. */
  function jumpOf(through: readonly string[], behind: readonly string[]): Road | undefined {
    const last = through.at(-1);
    if (last === undefined) return undefined;
    if (behind.includes(last)) {
      throw refuse(`ProxyJump goes in a circle: ${[...behind, last].join(" through ")}`);
    }
    const stop = stopAt(last);
    if (!stop) throw refuse(`ProxyJump ${last} is not [user@]host[:port]`);
    const rest = through.slice(0, -1);
    return roadOver(rest.length > 0 ? { ...stop, through: rest } : stop, behind);
  }
}

function stopAt(name: string): Stop | undefined {
  const parts = /^(?:ssh:\/\/)?(?:(.+)@)?(?:\[([^\]]+)\]|([^\s:@[\]]+))(?::(\d+))?$/.exec(name);
  if (!parts) return undefined;
  const [, user, bracketed, plain = "", port] = parts;
  return { name, host: bracketed ?? plain, user, port };
}

function agentAt(declared: string | undefined): string | undefined {
  if (declared === "none") return undefined;
  return declared === undefined || declared === "SSH_AUTH_SOCK"
    ? process.env.SSH_AUTH_SOCK
    : home(declared);
}

function expandTokens(text: string, tokens: Record<string, string>): string {
  return text.replaceAll(/%(.)/g, (all, token: string) =>
    token === "%" ? "%" : (tokens[token] ?? all),
  );
}
