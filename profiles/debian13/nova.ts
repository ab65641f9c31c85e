import { orUnseen, rowsOf } from "../../providers/mariadb/command.ts";
import { sh } from "../../providers/sh.ts";
import type { Deed, ServiceNames, Surroundings } from "../openstack.ts";
import { consoles } from "./dashboard.ts";
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

// Without this header connections stay open.
const closing = { "uwsgi/add-header": "Connection: close" };

/** What Nova's config says on every host. */
export const novaEverywhere = (surroundings: Surroundings) => ({
  ...token(surroundings),
  "DEFAULT/my_ip": surroundings.address,
  "glance/api_servers": `http://${surroundings.controller}:9292`,
  // Debian ships a user called "=".
  ...login("placement", "placement", surroundings),
  ...login("neutron", "neutron", surroundings),
  "spice/enabled": "false",
  "vnc/enabled": "true",
  "vnc/server_listen": "$my_ip",
  "vnc/server_proxyclient_address": "$my_ip",
  "vnc/novncproxy_base_url": `${surroundings.dashboard}${consoles.path}${consoles.page}`,
});

export const novaEverywhereSecrets = {
  ...tokenSecrets("nova"),
  "DEFAULT/transport_url": queueUrl,
  "placement/password": passwordOf("placement"),
  "neutron/password": passwordOf("neutron"),
};

// Templates, which each service fills in from its own config: a new password changes nothing here.
const account = "{scheme}://{username}:{password}@{hostname}:{port}";
const noCell = "00000000-0000-0000-0000-000000000000";
const cellDatabase = `${account}/{path}?{query}`;
const noCellDatabase = `${account}/nova_cell0?{query}`;

/** Where Nova finds the machines: one cell with all of them, and one with those that got no host. */
const cells: Deed = {
  name: "cells of nova",
  asks: "SELECT name, transport_url, database_connection FROM nova_api.cell_mappings ORDER BY name",
  check: sh`
${orUnseen}
[ "$rows" = ${[
    ["cell0", "none:///", noCellDatabase],
    ["cell1", cellDatabase, cellDatabase],
  ]
    .map((row) => `${row.join("\t")}\n`)
    .join("")} ]`,
  // Neither of nova-manage's ways to make a cell may be gone twice.
  run: sh`
none=${noCell}
cell() { runuser -u nova -- nova-manage cell_v2 "$@" >&2; }
known() { ${rowsOf} "SELECT uuid FROM nova_api.cell_mappings WHERE $1"; }
if [ -z "$(known "uuid = '$none'")" ]; then cell map_cell0 --database_connection ${noCellDatabase}
else cell update_cell --cell_uuid ${noCell} --name cell0 --transport-url none:/// --database_connection ${noCellDatabase}; fi || exit
one=$(known "name = 'cell1'")
if [ -z "$one" ]; then cell create_cell --name cell1 --transport-url ${cellDatabase} --database_connection ${cellDatabase}
else cell update_cell --cell_uuid "$one" --transport-url ${cellDatabase} --database_connection ${cellDatabase}; fi`,
  seconds: 300,
};

export const nova: ServiceNames = {
  name: "nova",
  packages: {
    "nova-api": "present",
    "nova-conductor": "present",
    "nova-scheduler": "present",
    "nova-consoleproxy": "present",
  },
  databases: ["nova_api", "nova", "nova_cell0"],
  configs: [
    {
      path: "/etc/nova/nova.conf",
      values: (surroundings) => ({
        ...novaEverywhere(surroundings),
        // A host takes guests once all that it needs for them is there, and not when it first reports.
        "DEFAULT/enable_new_services": "false",
        "conductor/workers": String(surroundings.workers),
        "scheduler/workers": String(surroundings.workers),
        "neutron/service_metadata_proxy": "true",
        "vnc/novncproxy_host": surroundings.address,
      }),
      secretKeys: {
        ...novaEverywhereSecrets,
        "api_database/connection": databaseUrl("nova_api", "nova"),
        "database/connection": databaseUrl("nova"),
        "neutron/metadata_proxy_shared_secret": passwordOf("metadata"),
      },
    },
    uwsgi("/etc/nova/nova-api-uwsgi.ini", closing),
    uwsgi("/etc/nova/nova-api-metadata-uwsgi.ini", closing),
  ],
  variables: [
    {
      path: "/etc/default/nova-consoleproxy",
      values: { NOVA_CONSOLE_PROXY_TYPE: "novnc", NOVA_SERIAL_PROXY_START: "false" },
    },
  ],
  deeds: [
    schema({
      name: "nova_api",
      user: "nova",
      databases: ["nova_api"],
      folder: "nova/db/api/migrations/versions",
      command: "nova-manage api_db sync",
    }),
    cells,
    schema({
      name: "nova",
      user: "nova",
      databases: ["nova", "nova_cell0"],
      folder: "nova/db/main/migrations/versions",
      command: "nova-manage db sync",
    }),
  ],
  roles: ["admin", "service"],
  catalog: {
    type: "compute",
    description: "Virtual machines",
    url: ({ controller }) => `http://${controller}:8774/v2.1`,
  },
  units: [
    "nova-api.service",
    "nova-api-metadata.service",
    "nova-conductor.service",
    "nova-scheduler.service",
    "nova-novncproxy.service",
  ],
  unwantedUnits: ["nova-serialproxy.service", "nova-spicehtml5proxy.service"],
};
