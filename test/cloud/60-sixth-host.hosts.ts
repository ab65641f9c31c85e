import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { drift, expectStatus, onHost, testbed, up } from "../acceptance/cloud.ts";
import { resources } from "../acceptance/stack.ts";
import { type Config, inVariant } from "../acceptance/variant.ts";
import { volumePath } from "../acceptance/volume.ts";
import { emulators, moveTo, off, openstack, withGuests } from "./guests.ts";

const sixth = "compute5";

/** In the config of the stack, and with no brick, so that no data have to move. */
function listed(config: Config): void {
  const hosts = config["quintet:hosts"] as { name: string }[];
  const gluster = config["quintet:gluster"] as object;
  const bricks = hosts.map(({ name }) => name).filter((name) => name.startsWith("compute"));
  Object.assign(config, {
    "quintet:gluster": { ...gluster, hosts: bricks },
    "quintet:hosts": [
      ...hosts,
      { name: sixth, address: "192.168.0.6", roles: ["compute"], lanInterface: "eth1" },
    ],
  });
}

describe("by the stack's config alone", () => {
  test("a compute host is added, is not let go of with a guest on it, and leaves without", async () => {
    await testbed("up", sixth);
    await withGuests(async ({ ways, first, second }) => {
      await inVariant({ config: listed }, async (folder) => {
        expectStatus(await up({ folder }), 0);
        expectStatus(await drift([], { folder }), 0);
      });
      await moveTo(first, sixth);
      await first.says("echo precious >/disk/kept");
      await ways.member.send("stop", "POST", "compute", `/v2.1/servers/${second.id}/action`, {
        "os-stop": null,
      });
      await off(second);
      const disk = () => onHost("controller", `sha256sum ${volumePath}/${second.id}/disk`, 60);

      const there = (await resources()).length;
      const refused = await up();
      assert.notEqual(refused.status, 0);
      const said = refused.stdout + refused.stderr;
      assert.ok(said.includes(`${first.name} (${first.id}) on ${sixth}`), said);
      assert.equal((await resources()).length, there);
      assert.equal(await first.says("cat /disk/kept"), "precious\n");
      await inVariant({ config: listed }, async (folder) => {
        expectStatus(await drift([], { folder }), 0);
      });

      await moveTo(first, "compute2");
      const [running, bytes] = [await emulators(), await disk()];
      expectStatus(await up(), 0);
      expectStatus(await drift(), 0);
      assert.equal(await disk(), bytes);
      assert.deepEqual(await emulators(), running);
      assert.equal(await first.says("cat /disk/kept"), "precious\n");
      const known = ["compute service list", "network agent list", "hypervisor list"];
      for (const list of known) {
        const host = list.startsWith("hypervisor") ? "Hypervisor Hostname" : "Host";
        const names = await openstack(`${list} -f value -c "${host}"`);
        assert.doesNotMatch(names, new RegExp(sixth), list);
      }
    });
  });
});
