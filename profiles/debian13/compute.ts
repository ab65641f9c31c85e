import { rowsOf } from "../../providers/mariadb/command.ts";
import { sh } from "../../providers/sh.ts";
import type { AliveNames, ComputeHostNames } from "../openstack.ts";
import { forget } from "./forget.ts";
import { novaEverywhere, novaEverywhereSecrets } from "./nova.ts";
import { waitUntil } from "./waiting.ts";

const instances = "/var/lib/nova/instances";

export const computeHost: ComputeHostNames = {
  // The other package for guests brings emulators of every processor there is.
  packages: { "nova-compute-kvm": "present", "nova-compute": "present" },
  configs: [
    {
      path: "/etc/nova/nova.conf",
      values: (surroundings) => ({
        ...novaEverywhere(surroundings),
        "DEFAULT/resume_guests_state_on_host_boot": "true",
        // Each host sees the whole volume, and offers its share.
        "DEFAULT/disk_allocation_ratio": (1 / surroundings.computes).toFixed(4),
      }),
      secretKeys: novaEverywhereSecrets,
    },
    {
      // Read last.
      path: "/etc/nova/nova-compute.conf",
      values: ({ address, acceleration }) => ({
        "libvirt/virt_type": acceleration === "none" ? "qemu" : "kvm",
        // The first is for the way between the daemons, the second for the guest's memory.
        "libvirt/live_migration_scheme": "tls",
        "libvirt/live_migration_with_native_tls": "true",
        "libvirt/live_migration_inbound_addr": address,
        "libvirt/live_migration_permit_auto_converge": "true",
        // A guest that has moved says so to the network once, and its new port may not be wired yet: it was
        // not heard of for half a minute then, once in some hundred moves (Nova's bug 1815989). It says so
        // again, three times.
        "workarounds/enable_qemu_monitor_announce_self": "true",
      }),
    },
  ],
  reads: [],
  units: ["nova-compute.service"],
  order: {
    path: "/etc/systemd/system/nova-compute.service.d/quintet.conf",
    owner: "root",
    group: "root",
    mode: "0644",
    // Where the volume is not mounted, guests would get disks that no other host sees.
    content: [
      "[Unit]",
      "Requires=quintet-mount-var-lib-nova-instances.service",
      "After=quintet-mount-var-lib-nova-instances.service libvirtd.service",
      `AssertPathIsMountPoint=${instances}`,
      "",
    ].join("\n"),
  },
  forgotten: (host) => ({
    name: `nobody in the cloud keeps the name of ${host} when it has left`,
    check: sh`:`,
    run: sh`:`,
    // Not an undo: the host makes itself known only after this.
    cleanUp: forget(host),
    seconds: 120,
  }),
  stayed: (computes) => {
    const names = computes.map((host) => `'${host}'`).join(", ");
    const query = `SELECT CONCAT('    ', display_name, ' (', uuid, ') on ', host) FROM nova.instances
WHERE deleted = 0 AND host NOT IN (${names})`;
    // Where there is no database yet (no client, no server, no table), nothing is told; a host that leaves
    // is asked about once more as its own turn comes.
    const nobody = sh`case $unseen in
'' | *'not found'* | *'ERROR 2002 '* | *'ERROR 1146 '* | *'ERROR 1049 '*) ;;
*) printf '%s\\n' "$unseen" >&2; exit 2 ;;
esac`;
    const left = sh`unseen=
left=$({ ${rowsOf} ${query}; } 2>&1) || unseen=$left left=
${nobody}`;
    return {
      name: "no guest is on a host that leaves the cloud",
      asks: query,
      check: sh`${nobody}; [ -z "$rows" ]`,
      run: sh`${left}; [ -z "$left" ] || { printf 'These are left:\\n%s\\n' "$left" >&2
echo '  Next: give the host back to quintet:hosts, move or delete them, and run again.' >&2; exit 1; }`,
      seconds: 30,
    };
  },
  // It asks libvirt once, as it starts; on a host that nobody knows yet it does so too early, warns, and
  // goes on without.
  events: {
    name: "libvirt tells nova-compute of its guests",
    // The kernel tells the unit's processes for nothing; where it does not, systemd is asked.
    check: sh`
pids=
while read -r pid; do pids=$pids\${pids:+'\\|'}$pid; done 2>/dev/null </sys/fs/cgroup/system.slice/nova-compute.service/cgroup.procs
[ -n "$pids" ] || pids=$(systemctl show -p MainPID --value nova-compute.service)
[ "$pids" != 0 ] || { echo 'nova-compute does not run' >&2; exit 2; }
! grep -q "^[-0-9]* [0-9:.]* \\($pids\\) WARNING .*does not support events" /var/log/nova/nova-compute.log`,
    run: sh`
systemctl restart nova-compute.service || exit
pid=$(systemctl show -p MainPID --value nova-compute.service)
tries=0
until grep -q "^[-0-9]* [0-9:.]* $pid .*host capabilities" /var/log/nova/nova-compute.log; do
  tries=$((tries + 1))
  [ $tries -lt 90 ] || { tail -n 20 /var/log/nova/nova-compute.log >&2; exit 1; }
  sleep 1
done`,
    seconds: 180,
  },
};

const on = (unit: string) => (host: string) => `${unit} on ${host}`;

export const alive: AliveNames = {
  // A heartbeat counts if it is of the process that runs now, and not older than Neutron lets pass.
  agents: (controller, hosts) =>
    waitUntil({
      name: "the agents of the network are alive",
      seen: `SELECT CONCAT(agents.binary, ' on ', host) FROM neutron.agents
WHERE heartbeat_timestamp > UTC_TIMESTAMP() - INTERVAL 75 SECOND AND heartbeat_timestamp >= started_at AND admin_state_up`,
      wanted: [
        ...["neutron-dhcp-agent", "neutron-metadata-agent"].map((unit) => on(unit)(controller)),
        ...hosts.map(on("neutron-openvswitch-agent")),
      ],
      units: [
        "neutron-rpc-server.service",
        "neutron-dhcp-agent.service",
        "neutron-openvswitch-agent.service",
      ],
      seconds: 240,
    }),
  services: (controller, computes) =>
    waitUntil({
      name: "the parts of Nova are alive",
      seen: `SELECT CONCAT(services.binary, ' on ', host) FROM nova.services
WHERE deleted = 0 AND last_seen_up > UTC_TIMESTAMP() - INTERVAL 60 SECOND`,
      wanted: [
        ...["nova-conductor", "nova-scheduler"].map((unit) => on(unit)(controller)),
        ...computes.map(on("nova-compute")),
      ],
      units: ["nova-conductor.service", "nova-scheduler.service"],
      seconds: 240,
    }),
  hypervisors: (computes) =>
    waitUntil({
      name: "hypervisors are known to the cell and to Placement",
      seen: `SELECT node.host FROM nova.compute_nodes node
JOIN placement.resource_providers provider ON provider.uuid = node.uuid
JOIN nova_api.host_mappings mapping ON mapping.host = node.host WHERE node.deleted = 0`,
      wanted: computes,
      units: ["nova-conductor.service", "placement-api.service"],
      seconds: 240,
      nudge: sh`runuser -u nova -- nova-manage cell_v2 discover_hosts --by-service >/dev/null`,
    }),
};
