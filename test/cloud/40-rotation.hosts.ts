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
  type RunOptions,
  until,
  up,
} from "../acceptance/cloud.ts";
import { killWithProviders } from "../acceptance/killing.ts";
import { sampler, secretLines } from "../acceptance/secrets.ts";
import { exported, resources } from "../acceptance/stack.ts";
import { type Config, inVariant } from "../acceptance/variant.ts";
import { emulators, openstack, works } from "./guests.ts";

let running: readonly string[];
/** The lines in which a run says that something has changed. */
const changed = /^ [-+~]+ .* (created|updated|deleted|replaced) /gm;
const changesIn = (said: string) => said.match(changed)?.length ?? 0;

describe("while somebody's server runs", () => {
  before(async () => {
    expectStatus(await up(), 0);
    await openstack(
      "server create --image tiny --flavor tiny --network guests --wait somebodys -f value -c status",
      300,
    );
    running = await emulators();
    assert.equal(running.length, 1);
  });
  after(async () => {
    await openstack("server delete --wait somebodys");
    // The counters are back at nought, which draws everything once more.
    expectStatus(await up(), 0);
    await holds({});
  });

  let changes = 0;
  test("every secret is drawn anew in one up, and none is shown", async () => {
    const stop = "/run/quintet-acceptance-stop";
    const old = await drawn();
    await rotated(1, async (folder) => {
      const [seen, ended] = await Promise.all([
        onEveryHost(sampler(old, stop), 900),
        up({ folder }).finally(() => onEveryHost(`: >${stop}`)),
      ]);
      await onEveryHost(`rm -f ${stop}`);
      changes = changesIn(expectStatus(ended, 0).stdout);
      console.log(`${changes} changes`);
      for (const [host, text] of seen) {
        const [samples = "0", ...processes] = text.trim().split("\n");
        console.log(`${host}: looked at its processes ${samples} times`);
        assert.deepEqual(processes, ["CONTROL=control-word-of-the-test"], host);
      }
      const fresh = await drawn();
      assert.deepEqual(
        old.filter((line) => fresh.includes(line)),
        [],
        "not every secret is another one",
      );
      const places = { "what it said": ended.stdout + ended.stderr, "the state": await exported() };
      for (const [place, text] of Object.entries(places)) {
        const shown = [...old, ...fresh].filter((line) => text.includes(line));
        assert.equal(shown.length, 0, `${shown.length} lines of secrets stand in ${place}`);
      }
      await holds({ folder });
    });
  });

  test("a rotation that is killed three times is ended by the next run", async () => {
    await rotated(2, async (folder) => {
      for (const part of [1, 2, 3]) {
        const moment = Math.ceil(((part - Math.random()) / 4) * changes);
        const cut = await up({ folder, watch: (program) => killedAfter(program, moment) });
        assert.equal(cut.status, 128, "it ended before it was killed");
      }
      await holds({ folder }, await up({ folder }));
    });
  });

  test("so is the loss of the state, after which all is drawn anew", async () => {
    const stacks = join(backendFolder(), ".pulumi/stacks/quintet");
    for (const name of readdirSync(stacks)) {
      if (name.startsWith("testbed.")) rmSync(join(stacks, name));
    }
    await holds({}, await up());
  });
});

/** The lines of all that was drawn. */
async function drawn(): Promise<readonly string[]> {
  const kinds = /:(Password|Certificate)$/;
  return secretLines((await resources("--show-secrets")).filter(({ type }) => kinds.test(type)));
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
  if (running.length > 0) assert.deepEqual(await emulators(), running);
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
