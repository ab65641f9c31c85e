import assert from "node:assert/strict";
import { test } from "node:test";
import { drift, expectStatus, onEveryHost, up } from "../acceptance/cloud.ts";
import { type Config, inVariant } from "../acceptance/variant.ts";
import { volumePath } from "../acceptance/volume.ts";

test("the services go when their switch is turned off, and the volume stays", async () => {
  const off = (one: Config) => void Object.assign(one, { "quintet:services": false });
  await inVariant({ config: off }, async (folder) => {
    expectStatus(await up({ folder, seconds: 1800 }), 0);
    expectStatus(await drift([], { folder }), 0);
  });
  const left = await onEveryHost(
    `dpkg-query -W -f '\${db:Status-Abbrev} \${Package}\\n' | grep -E '^ii  (keystone|glance-.*|placement-.*|nova-.*|neutron-.*|mariadb-server|rabbitmq-server|memcached|apache2)$' || echo none; mountpoint -q ${volumePath} && echo mounted`,
  );
  for (const [host, packages] of left) assert.equal(packages, "none\nmounted\n", host);
});
