import { createHash } from "node:crypto";
import type * as pulumi from "@pulumi/pulumi";
import { z } from "zod";
import { type Account, type AccountPromise, isWordOr, ownAccount } from "./account.ts";
import type { Change, HostState } from "./contract.ts";
import { asking, askingTogether, rowsIn, running, word } from "./mariadb/command.ts";
import { giving, hashForm, ordered, readGrants, taking, wayIn } from "./mariadb/grants.ts";
import { type HostPromise, HostResource } from "./resource.ts";
import { Secret } from "./sh.ts";

/** Who, and from where: two hosts are two accounts to MariaDB, each with a password of its own. */
export interface DatabaseAccountKey {
  readonly user: string;
  /** "%" for anywhere; "localhost" is the socket. */
  readonly host: string;
}

/**
 * One key for each database, by its name as GRANT takes it: `"grant/nova_api": "ALL PRIVILEGES"`.
 * Rights that are not declared are taken away.
 */
export interface DatabaseAccountValue extends Account {
  /** Found only, to be put back: "REQUIRE SSL". */
  readonly requires?: string;
  readonly [grant: `grant/${string}`]: string;
}

const value = z
  .object({ state: z.literal("absent").exactOptional(), password: z.string().exactOptional() })
  .catchall(z.string().transform((text) => ordered(text.replace(/^ALL$/, "ALL PRIVILEGES"))))
  .superRefine(({ state, password, ...grants }, issues) => {
    const complain = (path: string, message: string) =>
      issues.addIssue({ code: "custom", path: [path], message });
    if (state) {
      const more = [...Object.keys(grants), ...(password === undefined ? [] : ["password"])];
      for (const name of more) complain(name, "an account that is absent has nothing else");
      return;
    }
    if (password === undefined || !isWordOr(hashForm, password))
      complain("password", "a password is wanted, and goes into `secrets`");
    for (const [name, privileges] of Object.entries(grants)) {
      if (!/^grant\/[\w-]+$/.test(name)) complain(name, 'a right is written "grant/DATABASE"');
      if (!/^(?!USAGE)[A-Z]+( [A-Z]+)*(, [A-Z]+( [A-Z]+)*)*$/.test(privileges))
        complain(name, '"ALL PRIVILEGES", or some: "SELECT, INSERT"');
    }
  }) as unknown as z.ZodType<DatabaseAccountValue>;

// Of an account that is not there SHOW GRANTS makes an error, like any other.
const grants = ({ user, host }: DatabaseAccountKey) =>
  `SET @ask = (SELECT IF(COUNT(*), "SHOW GRANTS FOR ${nameOf(user, host)}", "DO 0")
FROM mysql.global_priv WHERE user = ${word(user)} AND host = ${word(host)});
EXECUTE IMMEDIATE @ask;`;
const { shared, probe } = askingTogether(({ user, host }) => `account ${user}@${host}`, grants);

/** An account of the host's own MariaDB: its password, as a hash, and all its rights. */
export const databaseAccount = {
  kind: "DatabaseAccount",
  key: z.strictObject({
    user: z
      .string()
      .regex(/^[\w.-]{1,80}$/, "letters, digits, _ . and - only")
      .refine((user) => !["root", "mysql", "mariadb.sys"].includes(user), "MariaDB's own account"),
    host: z.string().regex(/^[\w.%:/-]+$/, '"%", "localhost", a name or an address'),
  }),
  value,

  shared,
  probe,

  parse(stdout): DatabaseAccountValue | undefined {
    const rows = rowsIn(stdout);
    return rows.length > 0 ? readGrants(rows) : undefined;
  },

  own: (declared, have) => ownAccount(declared, have, ["requires"]),

  held: (_key, name, secret) => (name === "password" ? nativeHash(secret) : secret),

  converge({ user, host }, want, have) {
    const account = nameOf(user, host);
    const told = `${user}@${host}`;
    if (!want || want.state === "absent") {
      const gone = running([[`DROP USER IF EXISTS ${account}`]]);
      return have && have.state !== "absent"
        ? [{ why: `remove the account ${told}`, script: gone }]
        : [];
    }
    const changes: Change[] = [];
    const [wanted, found] = [rightsOf(want), rightsOf(have)];
    for (const key of Object.keys(found).filter((one) => !(one in wanted))) {
      const why = `take ${nameOfRight(key)} from ${told} (was ${found[key]})`;
      const statements = taking(key, found[key] ?? "", account).map((text) => [text]);
      changes.push({ why, script: running(statements) });
    }
    if (want.password !== have?.password || want.requires !== have?.requires) {
      const clause = new Secret(`${wayIn(want.password ?? "")} ${want.requires ?? ""}`);
      const why = have
        ? `set the password of ${told} (was different)`
        : `make the account ${told} (was absent)`;
      const made = [`CREATE USER IF NOT EXISTS ${account}`, clause];
      changes.push({ why, script: running([made, [`ALTER USER ${account}`, clause]]) });
    }
    for (const [key, value] of Object.entries(wanted)) {
      const was = found[key];
      if (was === value) continue;
      const statements = [...taking(key, was ?? "USAGE", account), giving(key, value, account)];
      const why = `grant ${value} on ${nameOfRight(key)} to ${told} (was ${was ?? "absent"})`;
      changes.push({ why, script: running(statements.map((text) => [text])) });
    }
    return changes;
  },

  // The whole account, in case that it is not to be there: the value then says no more than that it was.
  keep: (key) => asking(grants(key)),

  putBack: (key, kept, _found, have): Change[] =>
    databaseAccount.converge(key, databaseAccount.parse(kept), have),
} satisfies HostState<DatabaseAccountKey, DatabaseAccountValue>;

function nameOf(user: string, host: string): string {
  return `${word(user)}@${word(host)}`;
}

function rightsOf(value: DatabaseAccountValue | undefined): Record<string, string> {
  const rights = Object.entries(value ?? {}).filter(([name]) => name.startsWith("grant/"));
  return Object.fromEntries(rights.map(([name, text]) => [name, String(text)]));
}

function nameOfRight(key: string): string {
  return key.slice("grant/".length);
}

/** What mysql_native_password keeps of a password. */
export function nativeHash(password: string): string {
  const once = createHash("sha1").update(password).digest();
  return `*${createHash("sha1").update(once).digest("hex").toUpperCase()}`;
}

/** An account of a host's MariaDB; its password goes into `secrets.password`. */
export class DatabaseAccount extends HostResource<DatabaseAccountKey, DatabaseAccountValue> {
  constructor(
    name: string,
    promise: AccountPromise<DatabaseAccountKey, DatabaseAccountValue>,
    options?: pulumi.CustomResourceOptions,
  ) {
    // Its managed keys are all optional to the type; the schema says which are wanted together.
    super(
      databaseAccount,
      name,
      promise as HostPromise<DatabaseAccountKey, DatabaseAccountValue>,
      options,
    );
  }
}
