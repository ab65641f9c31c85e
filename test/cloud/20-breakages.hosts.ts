import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { bootId } from "../../operations/verify/guest.ts";
import { drift, expectStatus, onHost, up } from "../acceptance/cloud.ts";
import { differing } from "../acceptance/differing.ts";
import { emulators, withGuests } from "./guests.ts";

interface Breakage {
  readonly host: string;
  readonly what: string;
  readonly break: string;
  /** What a preview then names, what follows from the breakage after it. */
  readonly shown: readonly string[];
}

const sql = (text: string) => `mariadb -e "${text}"`;
const admin = "openstack --os-cloud admin";
const agent = "/etc/neutron/plugins/ml2/openvswitch_agent.ini";

const breakages: readonly Breakage[] = [
  {
    host: "compute2",
    what: "a key of nova.conf is edited",
    break: "sed -i 's/^my_ip *=.*/my_ip = 192.168.0.99/' /etc/nova/nova.conf",
    shown: [
      "compute2: IniFile compute2-compute-/etc/nova/nova.conf: DEFAULT/my_ip",
      // It is older than the file now.
      "compute2: Service compute2-compute-nova-compute.service: config",
    ],
  },
  {
    host: "controller",
    what: "an account of the database has another password",
    break: sql("ALTER USER 'placement_1'@'%' IDENTIFIED BY 'somebody-elses'"),
    shown: ["controller: DatabaseAccount placement-account-1: password"],
  },
  {
    host: "controller",
    what: "an endpoint is deleted",
    break: `${admin} endpoint delete "$(${admin} endpoint list --service placement --interface public -f value -c ID)"`,
    shown: ["controller: CloudService placement-catalog: endpoint/public"],
  },
  {
    host: "controller",
    what: "a role is taken away",
    break: `${admin} role remove --user neutron --project service admin`,
    shown: ["controller: RoleAssignment network-role-admin: assigned"],
  },
  {
    host: "controller",
    what: "a security rule is deleted",
    break: `project=$(${admin} project show demo -f value -c id)
group=$(${admin} security group list --project $project -f value -c ID -c Name | awk '$2 == "default" { print $1 }')
${admin} security group rule delete "$(${admin} security group rule list $group --protocol tcp -f value -c ID)"`,
    shown: ["controller: SecurityGroupRule tenant-allow-ssh: allowed"],
  },
  {
    host: "controller",
    what: "an image is for one project alone",
    break: `${admin} image set --private tiny`,
    shown: ["controller: Image tenant-image-tiny: visibility"],
  },
  {
    host: "compute4",
    what: "a port of a bridge is gone",
    break: "ovs-vsctl del-port br-provider pv1",
    shown: ["compute4: Task compute4-network-pv1 in br-provider: done"],
  },
  {
    host: "controller",
    what: "an account of the database may do less",
    break: sql("REVOKE DROP ON glance.* FROM 'glance_1'@'%'"),
    shown: ["controller: DatabaseAccount image-account-1: grant/glance"],
  },
  {
    host: "compute3",
    what: "an agent runs on old config",
    break: `echo '# somebody was here' >>${agent}`,
    shown: ["compute3: Service compute3-network-neutron-openvswitch-agent.service: config"],
  },
  // Last: a minute later it also counts as dead.
  {
    host: "controller",
    what: "a unit of Nova is stopped",
    break: "systemctl stop nova-scheduler.service",
    shown: ["controller: Service compute-nova-scheduler.service: active"],
  },
];

// They follow a unit that will be started, and are looked at again after that.
const waits = [
  "compute2: Task compute2-compute-libvirt tells nova-compute of its guests: ",
  "controller: Task cloud-hypervisors are known to the cell and to Placement: ",
  "controller: Task cloud-the agents of the network are alive: ",
  "controller: Task cloud-the parts of Nova are alive: ",
];

describe("guests run on, and answer, while", () => {
  test("ten things are broken in one go, each is shown, and one up repairs them; then Keystone stops", async () => {
    await withGuests(async ({ first, second }) => {
      const running = await emulators();
      const boots = () => Promise.all([first, second].map((guest) => guest.says(bootId)));
      const before = await boots();
      for (const one of breakages) await onHost(one.host, one.break, 120);
      const seen = await differing();
      assert.deepEqual(seen, [...breakages.flatMap(({ shown }) => shown), ...waits].toSorted());
      expectStatus(await up(), 0);
      expectStatus(await drift(), 0);

      await onHost("controller", "systemctl stop keystone.service");
      const unseen = await differing();
      assert.ok(unseen.includes("controller: Service identity-keystone.service: active"));
      const others = unseen.filter((line) => !line.includes(" Service identity-"));
      assert.ok(others.length > 20, others.join("\n"));
      assert.deepEqual(
        others.filter((line) => !line.endsWith(": unseen")),
        [],
      );
      expectStatus(await up(), 0);
      expectStatus(await drift(), 0);

      for (const guest of [first, second]) await guest.answersPing(10);
      assert.deepEqual(await emulators(), running);
      assert.deepEqual(await boots(), before);
    });
  });
});
