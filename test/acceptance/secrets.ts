/** Looks at every process again and again until told to stop, then prints how often and what it saw. */
export function sampler(secrets: readonly string[], stop: string): string {
  return `umask 077
cat >/run/quintet-acceptance-words <<'END'
control-word-of-the-test
${secrets.join("\n")}
END
CONTROL=control-word-of-the-test sleep 600 & control=$!
count=0
seen=$(mktemp)
while [ ! -e ${stop} ]; do
  cat /proc/[0-9]*/cmdline /proc/[0-9]*/environ 2>/dev/null | tr '\\0' '\\n' |
    grep -aF -f /run/quintet-acceptance-words >>"$seen"
  count=$((count + 1))
  sleep 0.1
done
kill $control
echo $count
sort -u "$seen"
rm -f "$seen" /run/quintet-acceptance-words`;
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
