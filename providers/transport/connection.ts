import { spawn } from "node:child_process";
import { readFileSync } from "node:fs";
import { Duplex } from "node:stream";
import type { AnyAuthMethod, Client, ConnectConfig, ServerHostKeyAlgorithm, utils } from "ssh2";
import { HostUnreachable } from "../errors.ts";
import { Jumps, type Loan } from "./jumps.ts";
import { algorithmsFor, entriesFor, fingerprint, judge } from "./known-hosts.ts";
import { type Road, roadTo } from "./ssh-config.ts";
import { badHostKey, jumpNotReached, notReached } from "./unreachable.ts";

/** What a command on a host left behind. `status` is undefined when a signal ended it. */
export interface Outcome {
  readonly stdout: string;
  readonly stderr: string;
  readonly status: number | undefined;
}

const connectSeconds = 15;
// sshd drops connections at random from ten half-open ones on (MaxStartups 10:30:100); the bound is
// for a host that all of ours go through by a ProxyCommand, and that sees them all at once.
const openAtOnce = 8;
let opening = 0;
const waiting: (() => void)[] = [];
const jumps = new Jumps(open);

/**
 * Opens one connection, with the host's key verified against known_hosts.
 * @throws HostUnreachable with the reason and what to do, whatever went wrong.
 */
export async function connect(name: string, configFile: string): Promise<Client> {
  return open(roadTo(name, configFile));
}

async function open(road: Road): Promise<Client> {
  if (!road.jump) return inTurn(() => openOver(road, undefined));
  // A jump takes its own turn: who held one while waiting for it could wait for ever.
  const jump = await borrowJump(road, road.jump);
  try {
    const client = await inTurn(async () => openOver(road, await channelTo(road, jump.client)));
    client.once("close", jump.giveBack);
    return client;
  } catch (error) {
    jump.giveBack();
    throw error;
  }
}

async function inTurn<T>(work: () => Promise<T>): Promise<T> {
  while (opening >= openAtOnce) await new Promise<void>((go) => waiting.push(go));
  opening += 1;
  try {
    return await work();
  } finally {
    opening -= 1;
    waiting.shift()?.();
  }
}

async function borrowJump(road: Road, jump: Road): Promise<Loan> {
  try {
    return await jumps.borrow(jump);
  } catch (error) {
    throw error instanceof HostUnreachable ? jumpNotReached(road, jump, error) : error;
  }
}

function channelTo(road: Road, jump: Client): Promise<Duplex> {
  return new Promise((done, fail) => {
    let late = false;
    const giveUp = (reason: string) => {
      late = true;
      clearTimeout(deadline);
      fail(notReached(road, `its jump ${road.jump?.name} does not get there: ${reason}`, ""));
    };
    // A jump waits longer for a host that is off than we would.
    const deadline = setTimeout(giveUp, connectSeconds * 1000, `silent for ${connectSeconds} s`);
    try {
      jump.forwardOut("127.0.0.1", 0, road.address, road.port, (error, stream) => {
        if (late) return stream?.destroy();
        if (error) return giveUp(error.message);
        clearTimeout(deadline);
        done(stream);
      });
    } catch (error) {
      // ssh2 throws when the jump's connection has just broken.
      giveUp(error instanceof Error ? error.message : String(error));
    }
  });
}

async function openOver(road: Road, channel: Duplex | undefined): Promise<Client> {
  const entries = entriesFor(road.hostKeyName, road.knownHostsFiles);
  const algorithms = algorithmsFor(entries);
  let refusal: HostUnreachable | undefined;
  let proxyComplaint = "";
  // A provider that only compares opens no connection: it does without.
  const { default: ssh2 } = await import("ssh2");
  const client = new ssh2.Client();
  const config: ConnectConfig = {
    host: road.address,
    port: road.port,
    username: road.user,
    readyTimeout: connectSeconds * 1000,
    keepaliveInterval: 10_000,
    keepaliveCountMax: 3,
    authHandler: waysIn(road, ssh2.utils),
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
  } else if (channel) {
    config.sock = channel;
  }
  return new Promise((done, fail) => {
    const giveUp = (reason: string) => fail(refusal ?? notReached(road, reason, proxyComplaint));
    client.once("ready", () => done(client));
    client.on("error", (error) => giveUp(error.message));
    client.once("close", () => giveUp("the connection was closed before it was ready"));
    client.connect(config);
  });
}

function waysIn(road: Road, { parseKey }: typeof utils): AnyAuthMethod[] {
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
    if (parseKey(key) instanceof Error) continue;
    ways.push({ type: "publickey", username: road.user, key });
  }
  if (road.agent) ways.push({ type: "agent", username: road.user, agent: road.agent });
  return ways;
}
