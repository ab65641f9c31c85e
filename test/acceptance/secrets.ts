import assert from "node:assert/strict";
import { onEveryHost } from "./cloud.ts";

/** Looks at every process again and again until told to stop, then prints how often and what it saw. */
function sampler(secrets: readonly string[], stop: string): string {
  return `umask 077
cat >/run/quintet-acceptance-words <<'END'
control-word-of-the-test
${secrets.join("\n")}
END
CONTROL=control-word-of-the-test sleep 600 & control=$!
count=0
seen=$(mktemp)
while
  cat /proc/[0-9]*/cmdline /proc/[0-9]*/environ 2>/dev/null | tr '\\0' '\\n' |
    grep -aF -f /run/quintet-acceptance-words >>"$seen"
  count=$((count + 1))
  [ ! -e ${stop} ]
do sleep 0.1; done
kill $control
echo $count
sort -u "$seen"
rm -f "$seen" /run/quintet-acceptance-words`;
}

/** Runs something while every process of every host is looked at; fails if one of them shows a secret. */
export async function unseenByProcesses<Result>(
  secrets: readonly string[],
  work: () => Promise<Result>,
): Promise<Result> {
  const stop = "/run/quintet-acceptance-stop";
  // One that failed in the middle has left its own.
  await onEveryHost(`rm -f ${stop}`);
  const [seen, result] = await Promise.all([
    onEveryHost(sampler(secrets, stop), 900),
    work().finally(() => onEveryHost(`: >${stop}`)),
  ]);
  await onEveryHost(`rm -f ${stop}`);
  for (const [host, text] of seen) {
    const [samples = "0", ...processes] = text.trim().split("\n");
    console.log(`${host}: looked at its processes ${samples} times`);
    // The sampler's own control: it must have seen what the test showed it.
    assert.deepEqual(
      processes,
      ["CONTROL=control-word-of-the-test"],
      `${host} shows secrets in its process list`,
    );
  }
  return result;
}

/** Fails if a secret stands in the journal of a host. */
export async function unseenInJournals(secrets: readonly string[]): Promise<void> {
  // Its files are binary and compressed. "searched" is this test's own control.
  const journals = await onEveryHost(
    `{ cat <<'END'
${secrets.join("\n")}
END
echo --; journalctl --no-pager -o cat; } | awk '
  !journal && $0 == "--" { journal = 1; next }
  !journal { if ($0 != "") words[$0]; next }
  { for (word in words) if (index($0, word)) print }
  END { if (NR > 100) print "searched" }'`,
    180,
  );
  for (const [host, lines] of journals) assert.equal(lines, "searched\n", `the journal of ${host}`);
}

/** The distinctive lines of every secret in an export with its secrets shown. */
export function secretLines(state: unknown): readonly string[] {
  const lines = secretTexts(state)
    .flatMap((text) => text.split("\n"))
    .filter((line) => line.length >= 10 && !line.startsWith("-----"));
  return [...new Set(lines)];
}

// By this key the engine marks a secret in what it writes.
const signature = "4dabf18193072939515e22adb298388d";

function secretTexts(value: unknown): string[] {
  if (typeof value !== "object" || value === null) return [];
  if (signature in value) {
    const { plaintext } = value as { plaintext?: string };
    return texts(plaintext === undefined ? undefined : JSON.parse(plaintext));
  }
  return Object.values(value).flatMap(secretTexts);
}

function texts(value: unknown): string[] {
  if (typeof value === "string") return [value];
  return typeof value === "object" && value !== null ? Object.values(value).flatMap(texts) : [];
}
