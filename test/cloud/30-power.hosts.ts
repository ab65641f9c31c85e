import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { bootId, type Guest } from "../../operations/verify/guest.ts";
import { drift, expectStatus, testbed, until, up } from "../acceptance/cloud.ts";
import { type Config, inVariant } from "../acceptance/variant.ts";
import { emulators, moveTo, openstack, settled, withGuests } from "./guests.ts";

describe("a compute host loses its power", () => {
  // The second is the gateway, through which guests are asked.
  for (const dead of ["compute3", "compute1"]) {
    test(`${dead}: its guest goes on elsewhere, and it comes back without hands`, async () => {
      await withGuests(async ({ ways, first, second }) => {
        await moveTo(first, dead);
        if ((await second.host()) === dead) await moveTo(second, "compute2");
        await first.says("echo precious >/disk/kept");
        const bystander = await second.says(bootId);
        await testbed("kill", dead);
        const blind = expectStatus(await drift(), 1);
        assert.match(blind.stdout + blind.stderr, new RegExp(`${dead} cannot be reached`));

        const down = (config: Config) => void Object.assign(config, { "quintet:down": [dead] });
        await inVariant({ config: down }, async (folder) => {
          expectStatus(await up({ folder }), 0);
          expectStatus(await drift([], { folder }), 0);
        });

        await openstack(`compute service set --down ${dead} nova-compute`);
        await ways.admin.send("evacuate", "POST", "compute", `/v2.1/servers/${first.id}/action`, {
          evacuate: {},
        });
        await settled(first, (host) => host !== dead);
        const on = await first.host();
        // With the gateway away there is no way in from here.
        if (dead !== ways.site.gateway.name) assert.equal(await kept(first), "precious\n");

        await testbed("start", dead);
        expectStatus(await up(), 0);
        expectStatus(await drift(), 0);
        assert.equal(await kept(first), "precious\n");
        assert.equal(await first.host(), on);
        assert.equal(await second.says(bootId), bystander);
        assert.equal((await emulators()).length, 2, (await emulators()).join("\n"));
        const services = await openstack(
          `compute service list --host ${dead} -f value -c Status -c State`,
        );
        assert.equal(services.trim(), "enabled up");
      });
    });
  }
});

test("all hosts lose their power at once, and within three minutes all is as it was", async () => {
  await withGuests(async (guests) => {
    await testbed("kill");
    await testbed("start");
    await until("nothing differs after the cold boot", 180, async () =>
      (await drift()).status === 0 ? true : undefined,
    );
    for (const guest of [guests.first, guests.second]) {
      await guest.active(60);
      await guest.letsIn(60);
    }
    assert.equal((await emulators()).length, 2);
  });
});

async function kept(guest: Guest): Promise<string> {
  await guest.letsIn(120);
  return guest.says("cat /disk/kept");
}
