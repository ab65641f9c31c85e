import { spawn } from "node:child_process";
import { readFileSync } from "node:fs";
import { Duplex } from "node:stream";
import ssh2, {
  type AnyAuthMethod,
  type Client,
  type ConnectConfig,
  type ServerHostKeyAlgorithm,
} from "ssh2";
import { HostUnreachable } from "../errors.ts";
import { algorithmsFor, entriesFor, fingerprint, judge } from "./known-hosts.ts";
import { type Road, roadTo } from "./ssh-config.ts";

/** What a command on a host left behind. `status` is undefined when a signal ended it. */
export interface Outcome {
  readonly stdout: string;
  readonly stderr: string;
  readonly status: number | undefined;
}

const connectSeconds = 15;
// sshd drops connections at random from ten half-open ones on (MaxStartups 10:30:100); the bound is
// for jump hosts, which see all of ours at once.
const openAtOnce = 8;
let opening = 0;
const waiting: (() => void)[] = [];

/**
 * Opens one connection, with the host's key verified against known_hosts.
 * @throws HostUnreachable with the reason and what to do, whatever went wrong.
 */
export async function connect(name: string, configFile: string): Promise<Client> {
  while (opening >= openAtOnce) await new Promise<void>((go) => waiting.push(go));
  opening += 1;
  try {
    return await open(roadFor(name, configFile));
  } finally {
    opening -= 1;
    waiting.shift()?.();
  }
}

function roadFor(name: string, configFile: string): Road {
  try {
    return roadTo(name, configFile);
  } catch (error) {
    const next =
      "set quintet:sshConfig in the stack's config, or bring the testbed up (npm start).";
    throw new HostUnreachable(name, `${configFile} cannot be read (${message(error)})`, next);
  }
}

async function open(road: Road): Promise<Client> {
  const entries = entriesFor(road.hostKeyName, road.knownHostsFiles);
  const algorithms = algorithmsFor(entries);
  let refusal: HostUnreachable | undefined;
  let proxyComplaint = "";
  const client = new ssh2.Client();
  const config: ConnectConfig = {
    host: road.address,
    port: road.port,
    username: road.user,
    readyTimeout: connectSeconds * 1000,
    keepaliveInterval: 10_000,
    keepaliveCountMax: 3,
    authHandler: waysIn(road),
    hostVerifier: (key: Buffer) => {
      const verdict = judge(entries, key);
      if (verdict !== "known") refusal = badHostKey(road, verdict, fingerprint(key));
      return verdict === "known";
    },
    // A host is asked for a key of a kind that we know it by, as OpenSSH does.
    ...(algorithms && { algorithms: { serverHostKey: algorithms as ServerHostKeyAlgorithm[] } }),
  };
  if (road.proxyCommand) {
    const child = spawn("/bin/sh", ["-c", `exec ${road.proxyCommand}`], { stdio: "pipe" });
    child.stderr.on("data", (chunk: Buffer) => {
      proxyComplaint = `${proxyComplaint}${chunk}`.slice(-500);
    });
    client.on("close", () => child.kill());
    child.on("exit", () => client.destroy());
    config.sock = Duplex.from({ readable: child.stdout, writable: child.stdin });
    config.sock.on("error", () => {});
  } else if (road.proxyJump) {
    config.sock = await throughJump(road);
  }
  return new Promise((done, fail) => {
    const giveUp = (reason: string) => fail(refusal ?? explain(road, reason, proxyComplaint));
    client.once("ready", () => done(client));
    client.on("error", (error) => giveUp(error.message));
    client.once("close", () => giveUp("the connection was closed before it was ready"));
    client.connect(config);
  });
}

async function throughJump(road: Road): Promise<Duplex> {
  const jump = await connect(road.proxyJump ?? "", road.configFile);
  return new Promise((done, fail) => {
    jump.forwardOut("127.0.0.1", 0, road.address, road.port, (error, stream) => {
      if (!error) return done(stream);
      fail(explain(road, `${road.proxyJump} does not forward to it: ${error.message}`, ""));
    });
  });
}

function waysIn(road: Road): AnyAuthMethod[] {
  const ways: AnyAuthMethod[] = [];
  for (const file of road.identityFiles) {
    let key: string;
    try {
      key = readFileSync(file, "utf8");
    } catch {
      // OpenSSH too passes over an identity file that is not there.
      continue;
    }
    // A key with a passphrase belongs into an agent; nobody is here to type it.
    if (ssh2.utils.parseKey(key) instanceof Error) continue;
    ways.push({ type: "publickey", username: road.user, key });
  }
  if (road.agent) ways.push({ type: "agent", username: road.user, agent: road.agent });
  return ways;
}

function badHostKey(road: Road, verdict: string, print: string): HostUnreachable {
  const { name, hostKeyName } = road;
  const file = road.knownHostsFiles[0] ?? "known_hosts";
  if (verdict === "unknown") {
    const next = `compare that fingerprint with the host's own (on it: ssh-keygen -lf /etc/ssh/ssh_host_ed25519_key.pub), then accept it once: ssh -F ${road.configFile} ${name}`;
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

function explain(road: Road, reason: string, complaint: string): HostUnreachable {
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
  const next = `try by hand: ssh -F ${road.configFile} ${road.name}. If it is off and must stay so, put it into quintet:down.`;
  return new HostUnreachable(road.name, `${where}: ${reason}${said}`, next);
}

function message(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
