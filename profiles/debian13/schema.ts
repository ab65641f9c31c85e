import { rowsOf } from "../../providers/mariadb/command.ts";
import { sh } from "../../providers/sh.ts";
import type { Deed } from "../openstack.ts";

/** The revisions that no other one follows or depends on: where the package wants the schema to be. */
const heads = (folder: string) => sh`
grep -rhE '^(down_revision|depends_on|revision)(: [^=]*)? = ' --include='*.py' ${folder} |
  sed -E "s/^(down_|dep|)(revision|ends_on)[^=]*= */\\1 /; s/[\\"'(),]//g" |
  awk '/^(down_|dep) / { for (i = 2; i <= NF; i++) followed[$i] = 1; next } { all[$1] = 1 }
    END { for (one in all) if (!(one in followed)) print one }' | sort`;

/** A schema that Alembic keeps: it holds when each database is at the package's own last revisions. */
export function schema(schema: {
  readonly name: string;
  /** The system's user that changes it. */
  readonly user: string;
  readonly databases: readonly string[];
  /** Of the Python packages: where its revisions are. */
  readonly folder: string;
  readonly command: string;
}): Deed {
  const folder = `/usr/lib/python3/dist-packages/${schema.folder}`;
  return {
    name: `schema of ${schema.name}`,
    check: sh`
wanted=$(${heads(folder)})
[ -n "$wanted" ] || { echo ${`no schema revisions are found in ${folder}`} >&2; exit 2; }
for database in ${schema.databases}; do
  found=$(${rowsOf} "SELECT version_num FROM $database.alembic_version ORDER BY 1" 2>&1) || {
    case $found in *"doesn't exist"* | *"Unknown database"*) exit 1 ;; esac
    printf '%s\\n' "$found" >&2
    exit 2
  }
  [ "$found" = "$wanted" ] || exit 1
done`,
    run: sh`runuser -u ${schema.user} -- ${schema.command.split(" ")} >&2`,
    seconds: 600,
  };
}
