import assert from "node:assert/strict";
import { readdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { counterNames } from "../../site/schema.ts";
import {
  backendFolder,
  drift,
  type Ended,
  expectStatus,
  onEveryHost,
  onHost,
  type RunOptions,
  until,
  up,
} from "../acceptance/cloud.ts";
import { killWithProviders } from "../acceptance/killing.ts";
import { secretLines, unseenByProcesses, unseenInJournals } from "../acceptance/secrets.ts";
import { exported, resources } from "../acceptance/stack.ts";
import { type Config, inVariant } from "../acceptance/variant.ts";
import { bootSomebodys, emulators, removeSomebodys, works } from "./guests.ts";

let instance: string;
let running: readonly string[];
/** The lines in which a run says that something has changed. */
const changed = /^ [-+~]+ .* (created|updated|deleted|replaced) /gm;
const changesIn = (said: string) => said.match(changed)?.length ?? 0;

describe("while somebody's server runs", () => {
  before(async () => {
    expectStatus(await up(), 0);
    instance = await bootSomebodys();
    running = await theirEmulator();
    assert.equal(running.length, 1);
  });
  after(async () => {
    await removeSomebodys();
    running = [];
    // The counters are back at nought, which draws everything once more.
    expectStatus(await up(), 0);
    await holds({});
  });

  let changes = 0;
  test("every secret is drawn anew in one up, and none is shown", async () => {
    const old = await drawn();
    await rotated(1, async (folder) => {
      const ended = await unseenByProcesses(old, () => up({ folder }));
      changes = changesIn(expectStatus(ended, 0).stdout);
      console.log(`${changes} changes`);
      const fresh = await drawn();
      assert.deepEqual(
        old.filter((line) => fresh.includes(line)),
        [],
        "not every secret is another one",
      );
      await hidden([...old, ...fresh], ended);
      await holds({ folder });
      assert.deepEqual(await accounts(), [
        "glance_2",
        "keystone_2",
        "neutron_2",
        "nova_2",
        "openstack_2",
        "placement_2",
      ]);

      await onHost("controller", theirs, 120);
      const repaired = await unseenByProcesses(fresh, () => up({ folder }));
      assert.ok(changesIn(expectStatus(repaired, 0).stdout) >= 3);
      await hidden(fresh, repaired);
      await unseenInJournals(fresh);
      const places = "/etc /var/lib /var/log /var/tmp /run /tmp /opt /srv /home";
      const readable = await onEveryHost(
        `umask 077; cat >/run/quintet-words <<'END'
control-word-of-the-test
${fresh.join("\n")}
END
umask 022; echo control-word-of-the-test >/run/quintet-control
find ${places} -xdev -type f -perm -004 -exec grep -lIFf /run/quintet-words {} + 2>/dev/null
rm /run/quintet-words /run/quintet-control`,
        300,
      );
      for (const [host, files] of readable) assert.equal(files, "/run/quintet-control\n", host);
    });
  });

  test("a rotation that is killed three times is ended by the next run; so is the loss of the state, after which all is drawn anew", async () => {
    await rotated(2, async (folder) => {
      // Each goes on from where the one before was cut off.
      for (const _cut of [1, 2, 3]) {
        const moment = Math.ceil((Math.random() * changes) / 4);
        const cut = await up({ folder, watch: (program) => killedAfter(program, moment) });
        assert.equal(cut.status, 128, "it ended before it was killed");
      }
      await holds({ folder }, await up({ folder }));

      const old = await drawn();
      const stacks = join(backendFolder(), ".pulumi/stacks/quintet");
      for (const name of readdirSync(stacks)) {
        if (name.startsWith("testbed.")) rmSync(join(stacks, name));
      }
      await holds({ folder }, await up({ folder }));
      const fresh = await drawn();
      assert.deepEqual(
        old.filter((line) => fresh.includes(line)),
        [],
      );
    });
  });
});

// Somebody else's passwords in the database, the queue and Keystone: the stack's own are written once more.
const theirs = `
mariadb -e "ALTER USER '$(mariadb -N -B -e "SELECT user FROM mysql.global_priv WHERE user LIKE 'glance%'")'@'%' IDENTIFIED BY 'theirs'" &&
rabbitmqctl -q change_password "$(rabbitmqctl -q list_users | cut -f1 | grep openstack)" theirs &&
openstack --os-cloud admin user set --password theirs placement`;

/** Who has an account of the database or of the queue, but for the database's own. */
async function accounts(): Promise<string[]> {
  const said = await onHost(
    "controller",
    `mariadb -N -B -e "SELECT user FROM mysql.global_priv WHERE user NOT IN ('root', 'mysql', 'mariadb.sys', 'PUBLIC')"
rabbitmqctl -q list_users --no-table-headers | cut -f1`,
  );
  return [...new Set(said.trim().split("\n"))].sort();
}

/** Fails if a line stands in what a run said, or in the state outside its encrypted values. */
async function hidden(lines: readonly string[], { stdout, stderr }: Ended): Promise<void> {
  const places = { "what it said": stdout + stderr, "the state": await exported() };
  for (const [place, text] of Object.entries(places)) {
    const shown = lines.filter((line) => text.includes(line));
    assert.equal(shown.length, 0, `${shown.length} lines of secrets stand in ${place}`);
  }
}

/** The lines of all that was drawn. */
async function drawn(): Promise<readonly string[]> {
  const kinds = /:(Password|Certificate|CertificateAuthority)$/;
  const lines = secretLines(
    (await resources("--show-secrets")).filter(({ type }) => kinds.test(type)),
  );
  // Nine passwords; the keys of two authorities, four compute hosts and the dashboard, of three lines each.
  assert.ok(lines.length >= 30, `only ${lines.length} lines of secrets were found`);
  return lines;
}

/** The process that runs somebody's server; guests of another test may be left. */
async function theirEmulator(): Promise<string[]> {
  return (await emulators()).filter((line) => line.endsWith(` ${instance}`));
}

/** In the project with every counter at this number. */
function rotated(draw: number, work: (folder: string) => Promise<void>): Promise<void> {
  const rotation = Object.fromEntries(counterNames.map((name) => [name, draw]));
  const config = (one: Config) => void Object.assign(one, { "quintet:rotation": rotation });
  return inVariant({ config }, work);
}

/** Fails unless nothing differs, the cloud works, and the server has run on. */
async function holds(where: RunOptions, ended?: Ended): Promise<void> {
  if (ended) expectStatus(ended, 0);
  expectStatus(await drift([], where), 0);
  assert.deepEqual(await theirEmulator(), running);
  await works();
}

async function killedAfter(
  program: Parameters<typeof killWithProviders>[0],
  moment: number,
): Promise<void> {
  await until(
    `${moment} changes are made`,
    600,
    () => changesIn(program.said()) >= moment || undefined,
  );
  await killWithProviders(program, `after ${moment} changes`);
}
