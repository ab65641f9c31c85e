import type { GuestsApartNames, StartGuardNames } from "../openstack.ts";
import type { CacheNames, DatabaseNames, HostsOnlyNames, QueueNames } from "../shared-services.ts";

/**
 * Debian starts a daemon as its package is installed. Those of OpenStack then have no config yet, and
 * fail again and again, four times as long as the installation would take. Asked by this file, Debian
 * leaves them alone; everything else starts as ever.
 */
export const startGuard: StartGuardNames = {
  path: "/usr/sbin/policy-rc.d",
  owner: "root",
  group: "root",
  mode: "0755",
  content: [
    "#!/bin/sh",
    "# Services of the cloud start once they have their configuration.",
    'case "$1" in keystone* | glance-* | placement-* | nova-* | neutron-*) exit 101 ;; esac',
    "exit 0",
    "",
  ].join("\n"),
};

export const database: DatabaseNames = {
  packages: { "mariadb-server": "present" },
  unit: "mariadb.service",
  config: {
    // The last file that is read.
    path: "/etc/mysql/mariadb.conf.d/99-quintet.cnf",
    values: (address) => ({
      "mysqld/bind-address": address,
      "mysqld/max_connections": "1024",
      // Services compare what they read with what they wrote, and expect to see their own writes.
      "mysqld/innodb_snapshot_isolation": "OFF",
    }),
  },
  // To these Keystone changes its database itself, whatever it was made with.
  characterSet: "utf8mb3",
  collation: "utf8mb3_uca1400_ai_ci",
  port: 3306,
};

export const queue: QueueNames = {
  packages: { "rabbitmq-server": "present" },
  unit: "rabbitmq-server.service",
  config: {
    place: { path: "/etc/rabbitmq/rabbitmq.conf", owner: "root", group: "root", mode: "0644" },
    text: (address) => `listeners.tcp.default = ${address}:5672\n`,
  },
  defaultAccount: "guest",
  port: 5672,
  ownPorts: [4369, 25672],
};

export const cache: CacheNames = {
  packages: { memcached: "present" },
  unit: "memcached.service",
  config: { path: "/etc/memcached.conf", id: "-l", line: (address) => `-l ${address}` },
  port: 11211,
};

export const guestsApart: GuestsApartNames = {
  packages: { iptables: "present" },
  chain: { table: "filter", chain: "quintet-guests", from: "INPUT" },
  screens: "5900:6899",
};

export const hostsOnly: HostsOnlyNames = {
  packages: { iptables: "present" },
  chain: { table: "filter", chain: "quintet-hosts-only", from: "INPUT" },
};
