import { sh } from "../../providers/sh.ts";
import type { ServiceNames } from "../openstack.ts";
import { schema } from "./schema.ts";
import { databaseUrl } from "./settings.ts";

export const keystone: ServiceNames = {
  name: "keystone",
  packages: { keystone: "present" },
  databases: ["keystone"],
  configs: [
    {
      path: "/etc/keystone/keystone.conf",
      values: ({ controller }) => ({
        "cache/memcache_servers": `${controller}:11211`,
      }),
      secretKeys: { "database/connection": databaseUrl("keystone") },
    },
    {
      path: "/etc/keystone/keystone-uwsgi.ini",
      values: ({ workers }) => ({ "uwsgi/processes": String(workers), "uwsgi/threads": "8" }),
    },
  ],
  deeds: [
    schema({
      name: "keystone",
      user: "keystone",
      databases: ["keystone"],
      folder: "keystone/common/sql/migrations/versions",
      command: "keystone-manage db_sync",
    }),
    ...["fernet", "credential"].map((kind) => ({
      name: `${kind} keys`,
      // Drawn anew they would end every session, or make every stored credential unreadable. The key to
      // come is 0; those in use count up with each rotation, and the oldest go.
      check: sh`[ -e ${`/etc/keystone/${kind}-keys/0`} ] && ls ${`/etc/keystone/${kind}-keys`} | grep -qx '[1-9][0-9]*'`,
      run: sh`keystone-manage ${`${kind}_setup`} --keystone-user keystone --keystone-group keystone`,
      seconds: 120,
    })),
  ],
  units: ["keystone.service"],
  unwantedUnits: [],
};
