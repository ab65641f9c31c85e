import { recordFolder } from "../../providers/record.ts";
import { sh } from "../../providers/sh.ts";
import { count, type HostFinding, of, quoted } from "./finding.ts";
import { onEach } from "./look.ts";

// Of a record as it is written: one line of JSON, which begins with the name of its promise.
const claimAtStart = '^{"claim":"[^"]*"';

/** More of a kind than this are one finding: somebody has lost a state. */
const few = 3;

/**
 * The records of what was found, against the promises of the state. Only the names of their promises
 * leave the host: records hold its past, secrets among it.
 */
export const records = onEach({
  name: "records",
  seconds: 10,

  script: () => sh`
cd ${recordFolder} 2>/dev/null || exit 0
for file in *.json; do [ ! -e "$file" ] || echo "record $file"; done
grep -Hom 1 ${claimAtStart} -- *.json 2>/dev/null | sed -n 's/^\\([^:]*\\):{"claim":"\\(.*\\)"$/claim \\1 \\2/p'
exit 0`,

  judge(stdout, host) {
    const files = [...stdout.matchAll(/^record (\S+)$/gm)].map(([, file = ""]) => file);
    const claims = new Map(
      [...stdout.matchAll(/^claim (\S+) (.*)$/gm)].map(([, file = "", claim]) => [file, claim]),
    );
    const odd = files.flatMap((file) => {
      const claim = claims.get(file);
      const found = wrong(claim, host.records.get(file));
      return found === undefined ? [] : [{ file, found, claimed: claim !== undefined }];
    });
    const missing = [...host.records].filter(([file]) => !files.includes(file));
    const well = files.length - odd.length;
    return of(
      host.name,
      [...unclaimed(odd), ...unwritten(missing)],
      well > 0 ? count(well, "record") : undefined,
    );
  },
});

function wrong(claim: string | undefined, expected: string | undefined): string | undefined {
  if (claim === undefined) return "cannot be read for the promise that it belongs to";
  if (claim === expected) return undefined;
  return expected === undefined
    ? `is of ${quoted(claim)}, which the state does not promise`
    : `is of ${quoted(claim)}, where ${expected} is promised`;
}

interface Odd {
  readonly file: string;
  readonly found: string;
  readonly claimed: boolean;
}

function unclaimed(odd: readonly Odd[]): HostFinding[] {
  const at = { level: "look", what: "record" } as const;
  const [first] = odd;
  if (first && odd.length > few) {
    const found = `${odd.length} that no promise claims; the first, ${first.file}, ${first.found}`;
    return [{ ...at, found, command: `ls -l ${recordFolder}` }];
  }
  return odd.map(({ file, found, claimed }) => ({
    ...at,
    found: `${file} ${found}`,
    // The claim alone, however long it is: after it stands what was found, which may be a secret.
    command: `${claimed ? `grep -o '${claimAtStart}'` : "ls -l"} ${recordFolder}/${file}`,
  }));
}

function unwritten(missing: readonly (readonly [file: string, claim: string])[]): HostFinding[] {
  const [first] = missing;
  if (!first) return [];
  const whose = missing.length === 1 ? first[1] : `${missing.length} promises, ${first[1]} for one`;
  const found = `none of what was found before ${whose}: destroy has nothing to put back`;
  return [{ level: "look", what: "record", found, command: `ls -l ${recordFolder}` }];
}
