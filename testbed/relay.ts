import { spawn } from "node:child_process";
import { once } from "node:events";
import { readFile, writeFile } from "node:fs/promises";
import { connect, createServer } from "node:net";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { cgroupOf, killAll, populated } from "./cgroup.ts";
import { BadRequest, HostDidNotFollow, TestbedError } from "./errors.ts";
import { hostNamed, outside } from "./hosts.ts";
import { namespaces } from "./network.ts";
import { type Place, place } from "./place.ts";
import { say } from "./progress.ts";

/** The port that the testbed's stack names in `quintet:dashboard`, where consoles are looked for too. */
const usualPort = 8443;

/**
 * Shows the dashboard, which answers at the gateway's address in the testbed's own "internet", at a
 * loopback port of the machine. It stays until the testbed is taken down; asked for again with the same
 * port it is left alone.
 */
export async function relay(port = usualPort, at = place()): Promise<void> {
  if (!(await namespaces(at)).includes(at.internetNamespace)) {
    throw new BadRequest("there is no testbed yet: `up` brings it up.");
  }
  const note = join(at.folder, "relay.port");
  const cgroup = cgroupOf(at, "relay");
  const runs = await populated(cgroup);
  if (runs && (await readFile(note, "utf8").catch(() => "")) === String(port)) {
    say(`the dashboard is relayed to https://localhost:${port}`);
    return;
  }
  if (runs) await killAll(cgroup);
  await refuseTaken(port);
  await writeFile(note, String(port));
  open(at, cgroup, port);
  for (let tries = 0; !(await listens(port)); tries += 1) {
    if (tries === 50) {
      const log = await readFile(join(at.folder, "relay.log"), "utf8").catch(() => "");
      throw new HostDidNotFollow(`the relay does not answer: ${log.trim()}`);
    }
    await sleep(100);
  }
  say(`the dashboard is relayed to https://localhost:${port}`);
}

function open(at: Place, cgroup: string, port: number): void {
  const gateway = hostNamed("gateway").interfaces.find((one) => one.bridge === outside.bridge);
  spawn(
    "sh",
    [
      ...["-c", 'exec sh "$@" </dev/null >relay.log 2>&1', "sh"],
      join(import.meta.dirname, "relay.sh"),
      ...[cgroup, at.internetNamespace, String(port), gateway?.address ?? ""],
    ],
    { cwd: at.folder, detached: true, stdio: "ignore" },
  ).unref();
}

async function refuseTaken(port: number): Promise<void> {
  const server = createServer().listen(port, "127.0.0.1");
  try {
    await once(server, "listening");
  } catch {
    throw new TestbedError(
      `port ${port} of this machine is taken: name another one (relay PORT). Consoles look for the one ` +
        "in the stack's quintet:dashboard.url.",
    );
  } finally {
    server.close();
  }
}

async function listens(port: number): Promise<boolean> {
  const socket = connect(port, "127.0.0.1");
  try {
    await once(socket, "connect");
    return true;
  } catch {
    return false;
  } finally {
    socket.destroy();
  }
}
