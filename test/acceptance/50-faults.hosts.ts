import assert from "node:assert/strict";
import { readdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { before, describe, test } from "node:test";
import {
  backendFolder,
  drift,
  expectStatus,
  mainProcesses,
  onHost,
  pulumi,
  type Running,
  restarted,
  testbed,
  tryOnHost,
  until,
  up,
} from "./cloud.ts";
import { commandOf, descendants, killWithProviders, says } from "./killing.ts";
import { comesAndGoes } from "./left-behind.ts";
import { converged, differences, takePicture } from "./picture.ts";
import { resources } from "./stack.ts";
import { type Config, inVariant } from "./variant.ts";

describe("faults", () => {
  before(converged);

  test("a host that is off is named, and nothing is called drift or deleted", async () => {
    await testbed("kill", "compute3");
    try {
      const { stdout, stderr } = expectStatus(await drift(), 1);
      assert.match(stdout + stderr, /compute3 cannot be reached/);
      assert.doesNotMatch(stdout, /\b(to update|to delete|to create|to replace)\b/);

      await inVariant({ config: listing("quintet:down") }, async (folder) => {
        expectStatus(await drift([], { folder }), 0);
        expectStatus(await up({ folder }), 0);
      });

      const letGo = "**compute3-hypervisor-libvirtd.service";
      await inVariant({ config: listing("quintet:abandoned") }, async (folder) => {
        const words = ["destroy", "--yes", "--skip-preview", "--target", letGo];
        expectStatus(await pulumi(words, { folder }), 0);
      });
      assert.ok(
        !(await resources()).some(({ urn }) =>
          urn.endsWith("compute3-hypervisor-libvirtd.service"),
        ),
      );
    } finally {
      await testbed("start", "compute3");
    }
    expectStatus(await up(), 0);
    expectStatus(await drift(), 0);
  });

  test("a host that loses its power in the middle of a package's installation is healed", async () => {
    await withoutChrony("compute4");
    const cut = await up({
      watch: async () => {
        await dpkgStandsStill("compute4");
        await testbed("kill", "compute4");
      },
    });
    assert.notEqual(cut.status, 0);
    assert.match(cut.stdout + cut.stderr, /compute4/);
    await testbed("start", "compute4");
    expectStatus(await up(), 0);
    expectStatus(await drift(), 0);
  });

  test("a CLI that is killed leaves nothing running, and the next run heals what it half did", async () => {
    // New promises, so that what is cut off is their creation and not a repair.
    const words = ["destroy", "--yes", "--skip-preview", "--target-dependents"];
    expectStatus(await pulumi([...words, "--target", "**compute2-hypervisor**"]), 0);
    for (const moment of moments) {
      const cut = await up({
        watch: async (program) => {
          await moment.comes(program);
          await killWithProviders(program, moment.name);
        },
      });
      assert.equal(cut.status, 128, `the CLI ended before it was killed: ${moment.name}`);
    }
    expectStatus(await up(), 0);
    expectStatus(await drift(), 0);
  });

  test("a lost state is taken over, and only what is drawn anew changes", async () => {
    const was = await takePicture();
    const stacks = join(backendFolder(), ".pulumi/stacks/quintet");
    for (const name of readdirSync(stacks)) {
      if (name.startsWith("testbed.")) rmSync(join(stacks, name));
    }
    expectStatus(await up(), 0);
    const drawnAnew = [
      { line: /etc .* \/etc\/pki\//, because: "a new authority signs new certificates" },
    ];
    assert.deepEqual(differences(was, await takePicture(), [...drawnAnew, ...comesAndGoes]), []);
    expectStatus(await drift(), 0);
  });

  test("a promise renamed in the code changes nothing on its host", async () => {
    const was = await takePicture();
    const running = await mainProcesses();
    const files = {
      "index.ts": (text: string) => text.replace("-baseline`", "-base`"),
    };
    await inVariant({ files }, async (folder) => {
      expectStatus(await up({ folder }), 0);
      assert.ok((await resources()).some(({ urn }) => urn.endsWith("compute2-base-hosts")));
      assert.deepEqual(differences(was, await takePicture(), comesAndGoes), []);
      assert.deepEqual(restarted(running, await mainProcesses()), []);
    });
    expectStatus(await up(), 0);
    assert.deepEqual(differences(was, await takePicture(), comesAndGoes), []);
    assert.deepEqual(restarted(running, await mainProcesses()), []);
  });

  test("all hosts lose their power at once, and two minutes later all promises hold by themselves", async () => {
    await testbed("kill");
    await testbed("start");
    await until("nothing differs after the cold boot", 120, async () =>
      (await drift()).status === 0 ? true : undefined,
    );
  });
});

function listing(key: string) {
  return (config: Config) => {
    config[key] = ["compute3"];
  };
}

/** When a run is cut off, each in another half-done state. */
const moments: readonly { name: string; comes(program: Running): Promise<unknown> }[] = [
  {
    name: "before its provider was asked anything",
    comes: ({ pid }) =>
      until(
        "a provider has been started",
        60,
        () =>
          descendants(pid).some((one) => commandOf(one).includes("dynamic-provider")) || undefined,
      ),
  },
  {
    name: "while it looks at the hosts",
    comes: (program) => says(program, /refresh/i),
  },
  { name: "while a package is being installed", comes: () => dpkgRuns("compute2") },
  {
    name: "between one file and the next",
    comes: (program) => says(program, /File compute2-hypervisor\S* created/),
  },
];

function dpkgRuns(host: string): Promise<true> {
  return until(`dpkg runs on ${host}`, 180, async () =>
    (await tryOnHost(host, "pgrep -x dpkg")).status === 0 ? true : undefined,
  );
}

/**
 * Stops dpkg between unpacking and configuring. On the host itself, since a small package is installed
 * in less time than it takes to hear of it and to switch the host off.
 */
async function dpkgStandsStill(host: string): Promise<void> {
  const stop = "pkill -STOP -f '^[^ ]*dpkg .*--configure'";
  await onHost(host, `until ${stop}; do sleep 0.02; done`, 180);
}

async function withoutChrony(host: string): Promise<void> {
  await onHost(host, "DEBIAN_FRONTEND=noninteractive apt-get -qq purge chrony", 120);
}
