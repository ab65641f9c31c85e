import type * as pulumi from "@pulumi/pulumi";
import { z } from "zod";
import type { Change, HostState } from "./contract.ts";
import { asking, askingTogether, rowsIn, running, word } from "./mariadb/command.ts";
import { type HostPromise, HostResource } from "./resource.ts";
import { lines, sh } from "./sh.ts";

/** The database by its name; another name is another database. */
export interface DatabaseKey {
  readonly name: string;
}

/** What new tables get where they do not say otherwise; tables that are there keep theirs. */
export interface DatabaseValue {
  readonly characterSet?: string;
  readonly collation?: string;
  /** What `destroy` does with tables: "keep" refuses to drop them. What was found is never dropped. */
  readonly data?: string;
}

const name = z.string().regex(/^\w+$/, "letters, digits and _ only");

const { shared, probe } = askingTogether<DatabaseKey>(
  ({ name }) => `database ${name}`,
  ({ name }) => `SELECT default_character_set_name, default_collation_name
FROM information_schema.schemata WHERE schema_name = ${word(name)};`,
);

/** A database on the host's own MariaDB. */
export const database = {
  kind: "Database",
  key: z.strictObject({ name: name.max(64) }),
  value: z.strictObject({
    characterSet: name.default("utf8mb4"),
    collation: name.default("utf8mb4_general_ci"),
    data: z.enum(["keep", "discard"]).default("keep"),
  }),

  shared,
  probe,

  parse(stdout, _key, declared) {
    const [row] = rowsIn(stdout);
    const [characterSet, collation] = row?.split("\t") ?? [];
    if (!characterSet || !collation) return undefined;
    return { characterSet, collation, data: declared?.data ?? "keep" };
  },

  converge({ name }, want, have) {
    if (!want) return have ? [drop(name, have.data === "discard")] : [];
    const changes = charactersOf(name, want, have);
    if (have && have.data !== want.data) {
      const why = `note what destroy does with the tables of ${name}: ${want.data} them`;
      changes.push({ why, script: sh`:` });
    }
    return changes;
  },

  // What was found is never dropped, and `data` is a wish of ours that no host holds.
  putBack({ name }, _kept, found, have) {
    if (found) return charactersOf(name, found, have);
    return have ? [drop(name, have.data === "discard")] : [];
  },
} satisfies HostState<DatabaseKey, DatabaseValue>;

function charactersOf(name: string, want: DatabaseValue, have: DatabaseValue | undefined) {
  if (have?.characterSet === want.characterSet && have?.collation === want.collation) return [];
  const told = `${want.characterSet}, ${want.collation}`;
  const was = have ? `${have.characterSet}, ${have.collation}` : "absent";
  const characters = `CHARACTER SET ${want.characterSet} COLLATE ${want.collation}`;
  const change: Change = {
    why: `make the database ${name} with ${told} (was ${was})`,
    script: running([
      [`CREATE DATABASE IF NOT EXISTS \`${name}\` ${characters}`],
      [`ALTER DATABASE \`${name}\` ${characters}`],
    ]),
  };
  return [change];
}

/** Looks for tables at the last moment: what is in them can't be brought back. */
function drop(name: string, discard: boolean): Change {
  const refusal = `the database ${name} holds tables, and they are not to be discarded.
  Next: save them (mariadb-dump ${name} >FILE) and drop it by hand (mariadb -e 'DROP DATABASE ${name}'), or say data: "discard", run up, and try again. First table:`;
  const look = asking(
    `SELECT table_name FROM information_schema.tables WHERE table_schema = ${word(name)} LIMIT 1;`,
  );
  const refuse = sh`
found=$(
${look}
)
case $found in
  seen) ;;
  *) printf '%s %s\n' ${refusal} "$(printf '%s' "$found" | tail -n 1)" >&2; exit 1 ;;
esac`;
  return {
    why: discard ? `drop the database ${name} with its tables` : `drop the empty database ${name}`,
    script: lines([
      ...(discard ? [] : [refuse]),
      running([[`DROP DATABASE IF EXISTS \`${name}\``]]),
    ]),
  };
}

/** A database on a host. */
export class Database extends HostResource<DatabaseKey, DatabaseValue> {
  constructor(
    name: string,
    promise: HostPromise<DatabaseKey, DatabaseValue>,
    options?: pulumi.CustomResourceOptions,
  ) {
    super(database, name, promise, options);
  }
}
