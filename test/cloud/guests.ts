import assert from "node:assert/strict";
import { join } from "node:path";
import { type Guest, until as patiently, Unready } from "../../operations/verify/guest.ts";
import { makeGuests, removeGuests } from "../../operations/verify/made.ts";
import { answerPing, boot, type Guests, letKeyIn } from "../../operations/verify/steps.ts";
import { waysTo } from "../../operations/verify/ways.ts";
import { selectProfile } from "../../profiles/profile.ts";
import {
  clone,
  expectStatus,
  hosts,
  onEveryHost,
  onHost,
  run,
  runFolder,
  sshConfig,
} from "../acceptance/cloud.ts";

/** Does something while two guests of the member's run. Those of a test that has failed go with the next one's. */
export async function withGuests(work: (guests: Guests) => Promise<void>): Promise<void> {
  const ways = await waysTo("testbed");
  try {
    const guests = await makeGuests(ways, selectProfile(ways.site.profile));
    for (const step of [boot, answerPing, letKeyIn]) await step(guests);
    await work(guests);
    await removeGuests(ways);
  } finally {
    await ways.close();
  }
}

/** The processes that run guests, each with its host: "compute1 1234 instance-00000001". */
export async function emulators(): Promise<string[]> {
  const said = await onEveryHost(
    `pgrep -a qemu-system | sed -n 's/^\\([0-9]*\\) .*guest=\\(instance-[0-9a-f]*\\).*/\\1 \\2/p'`,
  );
  return hosts.flatMap((host) =>
    (said.get(host) ?? "")
      .split("\n")
      .filter(Boolean)
      .map((line) => `${host} ${line}`),
  );
}

/** Runs the stock client on the controller, as the administrator. */
export function openstack(words: string, seconds = 120): Promise<string> {
  return onHost("controller", `openstack --os-cloud admin ${words}`, seconds);
}

/** Boots a server that no test of ours would remove, and gives its name on its host; an older one goes. */
export async function bootSomebodys(): Promise<string> {
  await removeSomebodys();
  const made =
    "server create --image tiny --flavor tiny --network guests --wait somebodys -f value -c OS-EXT-SRV-ATTR:instance_name";
  return (await openstack(made, 300)).trim();
}

export function removeSomebodys(): Promise<string> {
  const admin = "openstack --os-cloud admin server";
  return onHost(
    "controller",
    `${admin} list --all-projects --name '^somebodys$' -f value -c ID | xargs -r ${admin} delete --wait`,
    300,
  );
}

/** Moves it live, unless it is there. */
export async function moveTo(guest: Guest, host: string): Promise<void> {
  if ((await guest.host()) === host) return;
  await openstack(`server migrate --live-migration --host ${host} ${guest.id}`);
  await settled(guest, (now) => now === host);
}

/** Waits until it runs no more: it is told to end, and takes its time. */
export function off(guest: Guest): Promise<boolean> {
  return patiently<boolean>(`${guest.name} is off`, 120, async () => {
    const { status } = await guest.seen();
    if (status === "SHUTOFF") return true;
    throw new Unready(String(status));
  });
}

/** Waits until it runs on a host that will do. */
export function settled(guest: Guest, willDo: (host: string) => boolean): Promise<boolean> {
  return patiently<boolean>(`${guest.name} is where it shall be`, 300, async () => {
    const now = await guest.seen();
    const host = String(now["OS-EXT-SRV-ATTR:host"]);
    const [status, task] = [now.status, now["OS-EXT-STS:task_state"]];
    if (status === "ACTIVE" && task === null && willDo(host)) return true;
    throw new Unready(`${status}, ${task}, on ${host}`);
  });
}

/** Fails unless every step of `npm run cloud -- verify` is as it should be. It removes the guests of `withGuests`. */
export async function works(): Promise<void> {
  const environment = {
    ...process.env,
    QUINTET_TESTBED: runFolder,
    QUINTET_SSH_CONFIG: sshConfig,
  };
  const program = join(clone, "operations/cloud.ts");
  const words = [process.execPath, program, "verify", "--stack", "testbed"] as const;
  const { stdout } = expectStatus(await run(words, { environment, seconds: 1500 }), 0);
  console.log(stdout);
  assert.doesNotMatch(stdout, /not looked at/);
}
