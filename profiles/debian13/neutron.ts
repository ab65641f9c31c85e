import { sh } from "../../providers/sh.ts";
import type { NetworkNames, ServiceConfig, ServiceNames } from "../openstack.ts";
import { schema } from "./schema.ts";
import {
  databaseUrl,
  login,
  passwordOf,
  queueUrl,
  token,
  tokenSecrets,
  uwsgi,
} from "./settings.ts";
import { waitUntil } from "./waiting.ts";

/** The network of the hosts' own LAN, as Neutron calls it, and the switch that leads there. */
const physical = "provider";
const providerBridge = "br-provider";

/** Networks are flat and have no routers: nothing beyond Neutron's core is asked for. */
const everywhere = { "DEFAULT/service_plugins": "", "DEFAULT/interface_driver": "openvswitch" };

export const neutron: ServiceNames = {
  name: "neutron",
  packages: { "neutron-server": "present" },
  databases: ["neutron"],
  configs: [
    {
      path: "/etc/neutron/neutron.conf",
      values: (surroundings) => ({
        ...token(surroundings),
        ...everywhere,
        "DEFAULT/rpc_workers": String(surroundings.workers),
        // The others hear what agents report as well.
        "DEFAULT/rpc_state_report_workers": "0",
        ...login("nova", "nova", surroundings),
      }),
      secretKeys: {
        ...tokenSecrets("neutron"),
        "DEFAULT/transport_url": queueUrl,
        "database/connection": databaseUrl("neutron"),
        "nova/password": passwordOf("nova"),
      },
    },
    {
      path: "/etc/neutron/plugins/ml2/ml2_conf.ini",
      values: () => ({
        "ml2/type_drivers": "flat",
        "ml2/tenant_network_types": "",
        "ml2/mechanism_drivers": "openvswitch",
        "ml2/extension_drivers": "port_security",
        "ml2_type_flat/flat_networks": physical,
      }),
    },
    uwsgi("/etc/neutron/neutron-api-uwsgi.ini"),
  ],
  deeds: [
    schema({
      name: "neutron",
      user: "neutron",
      databases: ["neutron"],
      folder: "neutron/db/migration/alembic_migrations/versions",
      command:
        "neutron-db-manage --config-file /etc/neutron/neutron.conf --config-file /etc/neutron/plugins/ml2/ml2_conf.ini upgrade heads",
    }),
  ],
  roles: ["admin", "service"],
  catalog: {
    type: "network",
    description: "Networks",
    url: ({ controller }) => `http://${controller}:9696`,
  },
  units: ["neutron-api.service", "neutron-rpc-server.service"],
  unwantedUnits: [],
};

const agent: ServiceConfig = {
  path: "/etc/neutron/plugins/ml2/openvswitch_agent.ini",
  values: ({ datapath }) => ({
    "ovs/bridge_mappings": `${physical}:${providerBridge}`,
    "ovs/datapath_type": datapath === "userspace" ? "netdev" : "system",
    "agent/tunnel_types": "",
    "securitygroup/enable_security_group": "true",
    "securitygroup/firewall_driver": "openvswitch",
  }),
};

export const network: NetworkNames = {
  physical,
  switch: {
    packages: { "openvswitch-switch": "present" },
    unit: "openvswitch-switch.service",
    // In userspace, packets of guests come without their checksums: ping would work, and TCP not.
    userspace: {
      name: "segments are cut in userspace",
      check: sh`
found=$(ovs-vsctl -t 5 --if-exists get Open_vSwitch . other_config:userspace-tso-enable) || exit 2
[ "$found" = '"true"' ] || [ "$found" = true ]`,
      // It is read as the daemon starts, so it is written while that is down. Its database would go down
      // with it, a moment later.
      run: sh`
systemctl stop openvswitch-switch.service ovs-vswitchd.service ovsdb-server.service &&
systemctl start ovsdb-server.service &&
ovs-vsctl -t 10 --no-wait set Open_vSwitch . other_config:userspace-tso-enable=true &&
systemctl start openvswitch-switch.service`,
      seconds: 120,
    },
    bridge: (end, datapath) => {
      const type = datapath === "userspace" ? "netdev" : "system";
      return {
        name: `${end} in ${providerBridge}`,
        // Both in one question; only where it fails, whether anybody answers at all.
        check: sh`
found=$(ovs-vsctl -t 5 get Bridge ${providerBridge} datapath_type -- port-to-br ${end} 2>/dev/null) || {
  ovs-vsctl -t 5 list-br >/dev/null || exit 2
  exit 1
}
case $found in
  ${`${type}\n${providerBridge}`} | ${`"${type}"\n${providerBridge}`}) ;;
  *) exit 1 ;;
esac`,
        run: sh`
ovs-vsctl -t 20 --may-exist add-br ${providerBridge} -- set Bridge ${providerBridge} ${`datapath_type=${type}`} \\
  -- --may-exist add-port ${providerBridge} ${end}`,
        // What agents leave behind when they go: their bridges, and what serves a network from a namespace.
        undo: sh`
for file in /var/lib/neutron/external/pids/*.pid* /var/lib/neutron/dhcp/*/pid; do
  [ ! -e "$file" ] || kill "$(cat "$file")" 2>/dev/null
done
ip netns list | awk '$1 ~ /^qdhcp-/ { print $1 }' | while read -r one; do
  ip netns pids "$one" | xargs -r kill
  ip netns del "$one"
done
ovs-vsctl -t 20 --if-exists del-br br-int -- --if-exists del-br ${providerBridge}`,
        seconds: 60,
      };
    },
  },
  agent: {
    packages: { "neutron-openvswitch-agent": "present" },
    configs: [agent],
    reads: ["/etc/neutron/neutron.conf"],
    units: ["neutron-openvswitch-agent.service"],
  },
  // Where the server runs, the file is the server's.
  awayFromServer: {
    path: "/etc/neutron/neutron.conf",
    values: () => everywhere,
    secretKeys: { "DEFAULT/transport_url": queueUrl },
  },
  addressing: {
    packages: { "neutron-dhcp-agent": "present", "neutron-metadata-agent": "present" },
    configs: [
      {
        path: "/etc/neutron/dhcp_agent.ini",
        values: () => ({
          "DEFAULT/interface_driver": "openvswitch",
          "DEFAULT/enable_isolated_metadata": "true",
          "DEFAULT/force_metadata": "true",
          // A port of the switch itself would be gone with each restart of it.
          "DEFAULT/ovs_use_veth": "true",
        }),
      },
      {
        path: "/etc/neutron/metadata_agent.ini",
        values: ({ controller, workers }) => ({
          "DEFAULT/nova_metadata_host": controller,
          "DEFAULT/metadata_workers": String(workers),
        }),
        secretKeys: { "DEFAULT/metadata_proxy_shared_secret": passwordOf("metadata") },
      },
    ],
    reads: ["/etc/neutron/neutron.conf"],
    units: ["neutron-dhcp-agent.service", "neutron-metadata-agent.service"],
  },
  // An agent that finds nobody behind a queue waits a minute before it tries again.
  queues: waitUntil({
    name: "the server of the network listens",
    seen: sh`printf '%s\\n' '[io:format("~s~n", [Name]) || {resource, _, queue, Name} <- rabbit_amqqueue:list_names()], ok.' |
  HOME=/var/lib/rabbitmq erl_call -sname rabbit -fetch_stdout -e`,
    wanted: ["q-plugin", "q-reports-plugin"],
    units: ["neutron-rpc-server.service"],
    seconds: 120,
  }),
};
