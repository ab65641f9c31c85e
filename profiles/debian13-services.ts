import { sh } from "../providers/sh.ts";
import { credential } from "./credential.ts";
import type {
  CacheNames,
  ControlPlaneNames,
  DatabaseNames,
  QueueNames,
  ServiceNames,
  ServiceSecrets,
  StartGuardNames,
  Surroundings,
} from "./openstack.ts";

/**
 * Debian starts a daemon as its package is installed. Those of OpenStack then have no config yet, and
 * fail again and again, four times as long as the installation would take. Asked by this file, Debian
 * leaves them alone; everything else starts as ever.
 */
const startGuard: StartGuardNames = {
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

const database: DatabaseNames = {
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

const queue: QueueNames = {
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

const cache: CacheNames = {
  packages: { memcached: "present" },
  unit: "memcached.service",
  config: { path: "/etc/memcached.conf", id: "-l", line: (address) => `-l ${address}` },
  port: 11211,
};

/** The revisions that no other one follows or depends on: where the package wants the schema to be. */
const heads = (folder: string) => sh`
grep -rhE '^(down_revision|depends_on|revision)(: [^=]*)? = ' --include='*.py' ${folder} |
  sed -E "s/^(down_|dep|)(revision|ends_on)[^=]*= */\\1 /; s/[\\"'(),]//g" |
  awk '/^(down_|dep) / { for (i = 2; i <= NF; i++) followed[$i] = 1; next } { all[$1] = 1 }
    END { for (one in all) if (!(one in followed)) print one }' | sort`;

/** A schema that Alembic keeps: it holds when the database is at the package's own last revisions. */
function schema(
  name: string,
  databaseName: string,
  table: string,
  folder: string,
  command: string,
) {
  return {
    name: `schema of ${name}`,
    check: sh`
wanted=$(${heads(folder)})
[ -n "$wanted" ] || { echo ${`no schema revisions are found in ${folder}`} >&2; exit 2; }
found=$(mariadb -N -B -e ${`SELECT version_num FROM ${databaseName}.${table} ORDER BY 1`} 2>&1) || {
  case $found in *"doesn't exist"* | *"Unknown database"*) exit 1 ;; esac
  printf '%s\\n' "$found" >&2
  exit 2
}
[ "$found" = "$wanted" ]`,
    run: sh`runuser -u ${name} -- ${command.split(" ")} >&2`,
    seconds: 600,
  };
}

const keystone: ServiceNames = {
  name: "keystone",
  packages: { keystone: "present" },
  databases: ["keystone"],
  configs: [
    {
      path: "/etc/keystone/keystone.conf",
      values: ({ controller }) => ({
        "cache/memcache_servers": `${controller}:11211`,
      }),
      secretKeys: { "database/connection": ({ databases }) => databases.keystone ?? "" },
    },
    {
      path: "/etc/keystone/keystone-uwsgi.ini",
      values: ({ workers }) => ({ "uwsgi/processes": String(workers), "uwsgi/threads": "8" }),
    },
  ],
  deeds: [
    schema(
      "keystone",
      "keystone",
      "alembic_version",
      "/usr/lib/python3/dist-packages/keystone/common/sql/migrations/versions",
      "keystone-manage db_sync",
    ),
    ...["fernet", "credential"].map((kind) => ({
      name: `${kind} keys`,
      // Drawn anew they would end every session, or make every stored credential unreadable.
      check: sh`[ -e ${`/etc/keystone/${kind}-keys/0`} ] && [ -e ${`/etc/keystone/${kind}-keys/1`} ]`,
      run: sh`keystone-manage ${`${kind}_setup`} --keystone-user keystone --keystone-group keystone`,
      seconds: 120,
    })),
  ],
  units: ["keystone.service"],
  unwantedUnits: [],
};

/** With which a service judges the tokens that come with requests; user and project are the defaults. */
const token = ({ controller, region }: Surroundings) => ({
  // Debian writes a region of its own here, in which there is nothing.
  "keystone_authtoken/region_name": region,
  "keystone_authtoken/www_authenticate_uri": `http://${controller}:5000`,
  "keystone_authtoken/auth_url": `http://${controller}:5000`,
  "keystone_authtoken/memcached_servers": `${controller}:11211`,
});
const tokenSecrets = {
  "keystone_authtoken/password": ({ password }: ServiceSecrets) => password,
};
const uwsgi = (path: string) => ({
  path,
  values: ({ workers }: Surroundings) => ({
    "uwsgi/processes": String(workers),
    "uwsgi/threads": "8",
  }),
});

const glance: ServiceNames = {
  name: "glance",
  packages: { "glance-api": "present" },
  databases: ["glance"],
  configs: [
    {
      path: "/etc/glance/glance-api.conf",
      values: (surroundings) => ({
        ...token(surroundings),
        "DEFAULT/workers": String(surroundings.workers),
        "paste_deploy/flavor": "keystone",
        "glance_store/stores": "file,http",
        "glance_store/default_store": "file",
        "glance_store/filesystem_store_datadir": "/var/lib/glance/images/",
      }),
      secretKeys: {
        ...tokenSecrets,
        "database/connection": ({ databases }) => databases.glance ?? "",
      },
    },
    uwsgi("/etc/glance/glance-api-uwsgi.ini"),
  ],
  deeds: [
    schema(
      "glance",
      "glance",
      "alembic_version",
      "/usr/lib/python3/dist-packages/glance/db/sqlalchemy/alembic_migrations/versions",
      "glance-manage db_sync",
    ),
  ],
  roles: ["admin", "service"],
  catalog: {
    type: "image",
    description: "Images",
    url: ({ controller }) => `http://${controller}:9292`,
  },
  units: ["glance-api.service"],
  unwantedUnits: [],
};

const placement: ServiceNames = {
  name: "placement",
  packages: { "placement-api": "present" },
  databases: ["placement"],
  configs: [
    {
      path: "/etc/placement/placement.conf",
      values: token,
      secretKeys: {
        ...tokenSecrets,
        "placement_database/connection": ({ databases }) => databases.placement ?? "",
      },
    },
    uwsgi("/etc/placement/placement-api-uwsgi.ini"),
  ],
  deeds: [
    schema(
      "placement",
      "placement",
      "alembic_version",
      "/usr/lib/python3/dist-packages/placement/db/sqlalchemy/alembic/versions",
      "placement-manage db sync",
    ),
  ],
  roles: ["admin", "service"],
  catalog: {
    type: "placement",
    description: "What hosts have to give",
    url: ({ controller }) => `http://${controller}:8778`,
  },
  units: ["placement-api.service"],
  unwantedUnits: [],
};

export const controlPlane: ControlPlaneNames = {
  region: "RegionOne",
  startGuard,
  database,
  queue,
  cache,
  hostsOnly: {
    packages: { iptables: "present" },
    chain: { table: "filter", chain: "quintet-hosts-only", from: "INPUT" },
  },
  credential,
  keystone,
  glance,
  placement,
};
