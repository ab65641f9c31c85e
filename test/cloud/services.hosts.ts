import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { passwordNames } from "../../site/schema.ts";
import {
  drift,
  type Ended,
  expectStatus,
  onHost,
  testbed,
  tryOnHost,
  until,
  up,
  upChangesNothing,
} from "../acceptance/cloud.ts";
import { exported, resources } from "../acceptance/stack.ts";
import { type Config, inVariant } from "../acceptance/variant.ts";

const client = "openstack --os-cloud admin";
const sql = (text: string) => `mariadb -e "${text}"`;

/** "promise: keys" of what a preview shows as different. */
function shown({ stdout }: Ended): string[] {
  const found = stdout.matchAll(
    /^ ~ +pulumi-nodejs:dynamic\/\w+:(\S+ \S.*) update \[diff: (.*)\]\s*$/gm,
  );
  return [...found].map(([, promise, keys]) => `${promise}: ${keys}`).sort();
}

describe("the services that there are so far", () => {
  before(async () => {
    expectStatus(await up(), 0);
  });
  after(async () => {
    expectStatus(await up(), 0);
  });

  test("stand after one up, and a second one changes and restarts nothing", async () => {
    await upChangesNothing();
    expectStatus(await drift(), 0);
    // Glance asks Keystone about the token, and finds it in the catalog.
    await onHost("controller", `${client} image list`, 120);
  });

  test("are alive on every host, and each hypervisor offers its share of the volume", async () => {
    const agents = await onHost("controller", `${client} network agent list -f value -c Alive`, 60);
    assert.deepEqual(agents.trim().split("\n"), Array(7).fill("True"));
    const known = await onHost("controller", `${client} hypervisor list -f value -c State`, 60);
    assert.deepEqual(known.trim().split("\n"), Array(4).fill("up"));
    const ratios = await onHost(
      "controller",
      sql(
        "SELECT DISTINCT allocation_ratio FROM placement.inventories WHERE resource_class_id = 2",
      ),
    );
    assert.match(ratios, /0\.25/);
  });

  test("are on the LAN through a bridge, which a reboot brings back", async () => {
    await testbed("stop", "compute3");
    await testbed("start", "compute3");
    // The agents there have to report anew.
    await until("compute3 is as it was", 180, async () =>
      (await drift()).status === 0 ? true : undefined,
    );
    const addresses = await onHost("compute3", "ip -br -4 addr show dev br100");
    assert.match(addresses, /192\.168\.0\.3\/24/);
  });

  test("show a key, a unit and a port of the bridge that are not as promised", async () => {
    await onHost("compute2", "sed -i 's/^my_ip *=.*/my_ip = 192.168.0.99/' /etc/nova/nova.conf");
    await onHost("controller", "systemctl stop nova-scheduler.service");
    await onHost("compute4", "ovs-vsctl del-port br-provider pv1");
    await onHost("compute3", "ip link del pv0");
    const seen = shown(expectStatus(await drift(), 7));
    const wanted = [
      /^IniFile compute2-compute-\/etc\/nova\/nova\.conf: ~DEFAULT\/my_ip$/,
      /^Service compute-nova-scheduler\.service: .*~active/,
      /^Task compute4-network-pv1 in br-provider: ~done$/,
      /^Bridge compute3-bridge: ~leg$/,
    ];
    for (const one of wanted)
      assert.ok(
        seen.some((line) => one.test(line)),
        seen.join("\n"),
      );
    const others = seen.filter((line) => !wanted.some((one) => one.test(line)));
    // Consequences: what reads a file or was disturbed is looked at again.
    for (const line of others) assert.match(line, /: (~(after|config|done)(, )?)+|~after/, line);
    expectStatus(await up(), 0);
    expectStatus(await drift(), 0);
  });

  test("show what is different in databases, the queue and the API, key by key", async () => {
    await onHost(
      "controller",
      `${client} role remove --user placement --project service admin &&
${client} user set --password theirs glance &&
${client} endpoint delete "$(${client} endpoint list --service image --interface public -f value -c ID)" &&
${sql("GRANT SELECT ON keystone.* TO 'glance_1'@'%'; REVOKE ALL ON placement.* FROM 'placement_1'@'%'")} &&
rabbitmqctl -q set_permissions -p / openstack_1 '' '' ''`,
      180,
    );
    const seen = expectStatus(await drift(), 7);
    assert.deepEqual(shown(seen), [
      "CloudService image-catalog: +endpoint/public",
      "DatabaseAccount image-account-1: -grant/keystone",
      "DatabaseAccount placement-account-1: +grant/placement",
      "QueueAccount queue-account-1: ~permission//",
      "RoleAssignment placement-role-admin: +assigned",
      "User image-user: ~password",
    ]);
    expectStatus(await up(), 0);
    expectStatus(await drift(), 0);
  });

  test("that are stopped leave what they keep unseen, and one up starts them and looks again", async () => {
    await onHost("controller", "systemctl stop keystone.service");
    const seen = shown(expectStatus(await drift(), 7));
    assert.ok(seen.includes("Service identity-keystone.service: ~active"), seen.join("\n"));
    const unseen = seen.filter((line) => line.includes("unseen"));
    assert.equal(unseen.length, seen.length - 1, seen.join("\n"));
    expectStatus(await up(), 0);
    expectStatus(await drift(), 0);
  });

  test("get new passwords, and the old accounts go", async () => {
    const rotation = {
      "quintet:rotation": { admin: 1, glance: 1, queue: 1, nova: 1, metadata: 1 },
    };
    const config = (one: Config) => void Object.assign(one, rotation);
    await inVariant({ config }, async (folder) => {
      expectStatus(await up({ folder }), 0);
      expectStatus(await drift([], { folder }), 0);
    });
    await onHost("controller", `${client} image list`, 120);
    const accounts = await onHost(
      "controller",
      `mariadb -N -B -e 'SELECT user FROM mysql.global_priv'; rabbitmqctl -q list_users | cut -f1`,
    );
    assert.match(accounts, /^glance_2$/m);
    assert.match(accounts, /^nova_2$/m);
    assert.match(accounts, /^openstack_2$/m);
    assert.doesNotMatch(accounts, /^(glance_1|nova_1|openstack_1|guest)$/m);
    const known = await onHost("controller", `${client} hypervisor list -f value -c State`, 60);
    assert.deepEqual(known.trim().split("\n"), Array(4).fill("up"));
    expectStatus(await up(), 0);
  });

  test("keep their passwords out of the plain state and of files that others can read", async () => {
    const drawn = (await resources("--show-secrets")).filter(({ type }) =>
      type.endsWith(":Password"),
    );
    const passwords = drawn.map(({ outputs }) => {
      const { plaintext = '""' } = (outputs?.value ?? {}) as { plaintext?: string };
      return String(JSON.parse(plaintext));
    });
    assert.equal(passwords.length, passwordNames.length);
    const plain = await exported();
    for (const password of passwords) {
      assert.ok(!plain.includes(password), "a password stands in the plain state");
      // By standard input: an argument would be seen in the very list that is looked through.
      const { stdout } = await tryOnHost(
        "controller",
        `pattern=/run/quintet-pattern; (umask 077; printf '%s' '${password}' >$pattern)
find /etc /var/lib /var/log /run -xdev -type f -perm -004 -exec grep -lFf $pattern {} + 2>/dev/null; rm $pattern`,
      );
      assert.equal(stdout, "");
    }
  });

  test("go when the switch is turned off", async () => {
    expectStatus(await up(), 0);
    expectStatus(await drift(), 0);
    const left = await onHost(
      "controller",
      "dpkg-query -W -f '${db:Status-Abbrev} ${Package}\\n' | grep -E '^ii  (keystone|glance-api|placement-api|nova-.*|neutron-.*|mariadb-server|rabbitmq-server|memcached)$' || echo none",
    );
    assert.equal(left.trim(), "none");
  });
});
