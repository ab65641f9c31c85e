import { Unseen } from "../errors.ts";
import { lines, type Script, type Secret, sh } from "../sh.ts";

// Root comes in by the socket, which knows it by its user id: no password is anywhere.
const client = ["--protocol=socket", "--user=root", "--default-character-set=utf8mb4", "-NB", "-r"];

/** Asks the database, and prints `seen` with the rows, or `unseen` with what was said instead. */
export function asking(sql: string): Script {
  return sh`
if said=$({ printf '%s\n' ${sql} | mariadb ${client}; } 2>&1); then printf 'seen\n%s\n' "$said"
else printf 'unseen\n%s\n' "$said"; fi`;
}

/** @throws Unseen when the database did not answer: it is not there yet, it is stopped, it refuses. */
export function rowsIn(stdout: string): string[] {
  const [what, ...rows] = stdout.trimEnd().split("\n");
  if (what !== "seen") throw new Unseen(`MariaDB does not answer: ${rows.join(" ").trim()}`);
  return rows.filter((row) => row !== "");
}

/**
 * Runs statements in order up to the first that fails. They come in by standard input; the client
 * repeats a statement that failed, so a secret in one has to be marked.
 */
export function running(statements: readonly (readonly (string | Secret)[])[]): Script {
  const said = statements.map((parts) => sh`printf '%s ' ${[...parts]}; echo ';'`);
  return sh`{
${lines(said)}
} | mariadb ${client}`;
}

/** A name that its schema has found to hold no quote and no backslash. */
export function word(text: string): string {
  return `'${text}'`;
}
