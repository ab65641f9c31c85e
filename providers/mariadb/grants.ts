/** An account as `SHOW GRANTS` tells it. */
export interface Grants {
  /** The hash of a password that is the only way in; otherwise the clause that says how one gets in. */
  readonly password: string;
  /** What else it takes to get in: "REQUIRE SSL". */
  readonly requires?: string;
  readonly [grant: `grant/${string}`]: string;
}

/** The form of a hash: SHA1 of SHA1, without salt. */
export const hashForm = /^\*[0-9A-F]{40}$/;

const quoted = /`(?:[^`]|``)*`/.source;
const account = `${quoted}@${quoted}`;
const grant = new RegExp(`^GRANT (.+?) ON (.+?) TO ${account}(.*)$`);
const role = new RegExp(`^GRANT (${quoted}) TO ${account}(.*)$`);
const byPassword = /^IDENTIFIED BY PASSWORD '(.*)'$/;

/** Reads the rows of `SHOW GRANTS`. */
export function readGrants(rows: readonly string[]): Grants {
  const grants: Record<string, string> = {};
  let wayIn = "";
  let requires = "";
  for (const row of rows) {
    const [, given, admin = ""] = role.exec(row) ?? [];
    if (given) grants[`grant/${given}`] = `ROLE${admin}`;
    const [, privileges, target, rest = ""] = grant.exec(row) ?? [];
    if (!privileges || !target) continue;
    const option = / WITH GRANT OPTION\b/.test(rest) ? " WITH GRANT OPTION" : "";
    if (target === "*.*") {
      const how = rest
        .replace("WITH GRANT OPTION", "WITH")
        .replace(/ WITH$/, "")
        .trim();
      const [, clause = "", others = ""] =
        /^(IDENTIFIED .*?)?\s*((?:REQUIRE|WITH) .*)?$/.exec(how) ?? [];
      [wayIn, requires] = [clause, others];
    }
    if (privileges === "USAGE" && !option) continue;
    grants[`grant/${/^`([\w-]+)`\.\*$/.exec(target)?.[1] ?? target}`] =
      ordered(privileges) + option;
  }
  const password = byPassword.exec(wayIn)?.[1] ?? wayIn;
  return { password, ...(requires && { requires }), ...grants };
}

/** One form for one wish: privileges in the order of the alphabet. */
export function ordered(privileges: string): string {
  return privileges.includes("(") ? privileges : privileges.split(", ").sort().join(", ");
}

/** The statement's part that says how one gets in. */
export function wayIn(password: string): string {
  return hashForm.test(password) ? `IDENTIFIED BY PASSWORD '${password}'` : password;
}

/** The statement that gives what one key of an account says. */
export function giving(key: string, value: string, account: string): string {
  const [what, target] = [value.replace(/ WITH (GRANT|ADMIN) OPTION$/, ""), targetOf(key)];
  const option = / WITH (GRANT|ADMIN) OPTION$/.exec(value)?.[0] ?? "";
  if (what === "ROLE") return `GRANT ${target} TO ${account}${option}`;
  return `GRANT ${what} ON ${target} TO ${account}${option}`;
}

/** The statements that take it away again. */
export function taking(key: string, value: string, account: string): string[] {
  const [what, target] = [value.replace(/ WITH (GRANT|ADMIN) OPTION$/, ""), targetOf(key)];
  if (what === "ROLE") return [`REVOKE ${target} FROM ${account}`];
  const revoke = (right: string) => `REVOKE ${right} ON ${target} FROM ${account}`;
  const rights = [
    ...(value.endsWith(" WITH GRANT OPTION") ? ["GRANT OPTION"] : []),
    ...(what === "USAGE" ? [] : [what]),
  ];
  return rights.map(revoke);
}

// What is no database's name is what the server has printed, quoted by itself.
function targetOf(key: string): string {
  const target = key.slice("grant/".length);
  return /^[\w-]+$/.test(target) ? `\`${target}\`.*` : target;
}
