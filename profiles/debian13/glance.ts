import type { ServiceNames } from "../openstack.ts";
import { schema } from "./schema.ts";
import { databaseUrl, token, tokenSecrets } from "./settings.ts";

export const glance: ServiceNames = {
  name: "glance",
  packages: { "glance-api": "present" },
  databases: ["glance"],
  configs: [
    {
      path: "/etc/glance/glance-api.conf",
      values: (surroundings) => ({
        ...token(surroundings),
        "DEFAULT/workers": String(surroundings.workers),
        // By this digest an image is known again.
        "DEFAULT/hashing_algorithm": "sha512",
        "paste_deploy/flavor": "keystone",
        "glance_store/stores": "file,http",
        "glance_store/default_store": "file",
        "glance_store/filesystem_store_datadir": "/var/lib/glance/images/",
      }),
      secretKeys: {
        ...tokenSecrets("glance"),
        "database/connection": databaseUrl("glance"),
      },
    },
  ],
  deeds: [
    schema({
      name: "glance",
      user: "glance",
      databases: ["glance"],
      folder: "glance/db/sqlalchemy/alembic_migrations/versions",
      command: "glance-manage db_sync",
    }),
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
