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

/** What is asked of the database together with the questions of all others, by a name of its own. */
export const together = {
  look,
  /** The SQL ends with a semicolon. */
  word: (name: string, sql: string) => `SELECT ${word(begin(name))}; ${sql} SELECT '@';`,
};

/**
 * Takes one's own rows from the answers to all, a line each, into `$rows`; or, into `$unseen`, what was
 * said instead. Line by line: the shell's patterns would go through the text once for each of its letters.
 */
export function ownRows(name: string): Script {
  return sh`
rows= unseen= here=- line_end='
'
case $shared in
  seen*)
    IFS=$line_end
    set -f
    for line in $shared; do
      case $here$line in
        -${begin(name)}) here=, ;;
        ,@) here=end; break ;;
        ,*) rows=$rows$line$line_end ;;
      esac
    done
    [ "$here" = end ] || exit 1
    unset IFS
    set +f ;;
  unseen*) unseen=\${shared#unseen?} ;;
  *) exit 1 ;;
esac`;
}

/** For a script after `ownRows`: ends with 2, and what was said, where the database did not answer. */
export const orUnseen = sh`[ -z "$unseen" ] || { printf '%s\\n' "$unseen" >&2; exit 2; }`;

/** A question for each key, asked together: for a kind's `shared` and its `probe`, which prints as `asking` does. */
export function askingTogether<Key>(name: (key: Key) => string, question: (key: Key) => string) {
  const asked = (key: Key) => together.word(name(key), question(key));
  const probe = (key: Key): Script => sh`${ownRows(name(key))}
if [ -n "$unseen" ]; then printf 'unseen\\n%s\\n' "$unseen"; else printf 'seen\\n%s' "$rows"; fi`;
  return { shared: { look, word: asked }, probe };
}

function begin(name: string): string {
  return `@${name}@`;
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
