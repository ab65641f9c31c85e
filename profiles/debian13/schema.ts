import { sh } from "../../providers/sh.ts";
import type { Deed } from "../openstack.ts";

/**
 * Puts into `$wanted` the revisions that no other one follows or depends on: where the package wants the
 * schema to be. One program finds them, and the shell takes them apart.
 */
const heads = (folder: string) => sh`
line_end='
'
wanted= all= followed=' '
set -f
IFS=$line_end
for line in $(grep -rhE '^(down_revision|depends_on|revision)(: [^=]*)? = ' --include='*.py' ${folder}); do
  IFS="\\"'(), "
  for one in \${line#* = }; do
    case $line,$one in
      *,) ;;
      revision*) all="$all $one"; break ;;
      *) followed="$followed$one " ;;
    esac
  done
  IFS=$line_end
done
unset IFS
for one in $all; do
  case $followed in *" $one "*) ;; *) wanted="$wanted $one" ;; esac
done`;

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
    asks: schema.databases
      .map((one) => `SELECT CONCAT('${one} ', version_num) FROM ${one}.alembic_version`)
      .join("\nUNION ALL "),
    check: sh`${heads(folder)}
[ -n "$wanted" ] || { echo ${`no schema revisions are found in ${folder}`} >&2; exit 2; }
case $unseen in
  *"doesn't exist"* | *"Unknown database"*) exit 1 ;;
  ?*) printf '%s\\n' "$unseen" >&2; exit 2 ;;
esac
for database in ${schema.databases}; do
  for one in $wanted; do
    case $line_end$rows in *"$line_end$database $one$line_end"*) ;; *) exit 1 ;; esac
    wanted_rows="$wanted_rows$database $one$line_end"
  done
done
[ \${#rows} = \${#wanted_rows} ]`,
    run: sh`runuser -u ${schema.user} -- ${schema.command.split(" ")} >&2`,
    seconds: 600,
  };
}
