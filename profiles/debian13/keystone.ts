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
      values: ({ controller, passwordRounds }) => ({
        // Without a backend nothing is kept, and each request reads its token and its user from the
        // database: 70 ms of processor time in place of 10 to 25.
        "cache/backend": "oslo_cache.memcache_pool",
        "cache/memcache_servers": `${controller}:11211`,
        // Tried again after so many seconds when it did not answer; five minutes if nothing is said.
        "cache/memcache_dead_retry": "10",
        // What bcrypt takes. Of a larger number each log-in warns.
        "identity/max_password_length": "72",
        "identity/password_hash_rounds": String(passwordRounds),
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
