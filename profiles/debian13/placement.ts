import type { ServiceNames } from "../openstack.ts";
import { schema } from "./schema.ts";
import { databaseUrl, token, tokenSecrets, uwsgi } from "./settings.ts";

export const placement: ServiceNames = {
  name: "placement",
  packages: { "placement-api": "present" },
  databases: ["placement"],
  configs: [
    {
      path: "/etc/placement/placement.conf",
      values: token,
      secretKeys: {
        ...tokenSecrets("placement"),
        "placement_database/connection": databaseUrl("placement"),
      },
    },
    uwsgi("/etc/placement/placement-api-uwsgi.ini", { "uwsgi/threads": "8" }),
  ],
  deeds: [
    schema({
      name: "placement",
      user: "placement",
      databases: ["placement"],
      folder: "placement/db/sqlalchemy/alembic/versions",
      command: "placement-manage db sync",
    }),
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
