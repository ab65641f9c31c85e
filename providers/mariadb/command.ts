import { Unseen } from "../errors.ts";
import { lines, type Script, type Secret, sh } from "../sh.ts";

// Root comes in by the socket, which knows it by its user id: no password is anywhere, and TLS, which
// takes more than half of a client's time, would hide nothing from anybody.
const bySocket = ["--protocol=socket", "--skip-ssl"];
const client = [...bySocket, "--user=root", "--default-character-set=utf8mb4", "-NB", "-r"];

/** For a script of root's on the database's host: prints the rows of the query that follows as a word. */
export const rowsOf = sh`mariadb ${bySocket} -NB -e`;

// Asks all that the arguments say in one go: a client takes longer to begin than its questions take.
// Where one of several has failed, each is asked alone.
const look = sh`
if said=$({ printf '%s\\n' "$@" | mariadb ${client}; } 2>&1); then printf 'seen\\n%s\\n' "$said"
elif [ $# -gt 1 ]; then exit 1
else printf 'unseen\\n%s\\n' "$said"; fi`;

/** Asks the database, and prints `seen` with the rows, or `unseen` with what was said instead. */
export function asking(sql: string): Script {
  return sh`set -- ${sql}${look}`;
}

/** A question for each key, asked together: for a kind's `shared` and its `probe`, which prints as `asking` does. */
export function askingTogether<Key>(name: (key: Key) => string, question: (key: Key) => string) {
  const begin = (key: Key) => `@${name(key)}@`;
  const asked = (key: Key) => `SELECT ${word(begin(key))}; ${question(key)} SELECT '@';`;
  const probe = (key: Key): Script => {
    const [from, to] = [`\n${begin(key)}`, "\n@"];
    return sh`
case $shared in
  *${from}*) own=\${shared#*${from}}; printf 'seen%s\\n' "\${own%%${to}*}" ;;
  unseen*) printf '%s\\n' "$shared" ;;
  *) exit 1 ;;
esac`;
  };
  return { shared: { look, word: asked }, probe };
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
