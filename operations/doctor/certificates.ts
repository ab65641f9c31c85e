import { X509Certificate } from "node:crypto";
import { lines, sh } from "../../providers/sh.ts";
import { count, type HostFinding, of } from "./finding.ts";
import { onEach, parts } from "./look.ts";

const day = 86_400_000;
/** `up` renews what has 60 days left, so whoever is later than that has been away for a month. */
const soon = 30;

/** Every certificate that is promised as a file: there, and how long it is good for. */
export const certificates = onEach({
  name: "certificates",
  seconds: 10,

  script: ({ certificates }) =>
    certificates.length === 0
      ? undefined
      : lines(
          certificates.map(
            (path) =>
              sh`echo ${`at ${path}`}; if [ -e ${path} ]; then cat ${path}; else echo absent; fi`,
          ),
        ),

  judge(stdout, host, { now }) {
    const seen = new Map(parts(stdout, "at"));
    const ends = host.certificates.map((path) => ({ path, end: endOf(seen.get(path) ?? "") }));
    const findings = ends.flatMap(({ path, end }) => wrong(path, end, now));
    const days = ends.flatMap(({ end }) => (typeof end === "number" ? [daysUntil(end, now)] : []));
    const well = days.length > 0 && findings.length === 0;
    return of(
      host.name,
      findings,
      well ? `${count(days.length, "certificate")} ${count(Math.min(...days), "day")}` : undefined,
    );
  },
});

/** When the first of the certificates in a file ends, or why that cannot be told. */
function endOf(text: string): number | string {
  if (text.trim() === "absent") return "is not there";
  const found = text.match(/-----BEGIN CERTIFICATE-----.*?-----END CERTIFICATE-----/gs) ?? [];
  try {
    const ends = found.map((pem) => Date.parse(new X509Certificate(pem).validTo));
    return ends.length === 0 ? "holds no certificate" : Math.min(...ends);
  } catch {
    return "is no certificate that can be read";
  }
}

function wrong(path: string, end: number | string, now: number): HostFinding[] {
  const what = `certificate ${path}`;
  if (typeof end === "string") {
    return [{ level: "bad", what, found: end, command: `ls -l ${path}` }];
  }
  const days = daysUntil(end, now);
  if (days >= soon) return [];
  const command = `openssl x509 -noout -subject -dates -in ${path}`;
  return end <= now
    ? [{ level: "bad", what, found: `ended on ${date(end)}`, command }]
    : [{ level: "look", what, found: `ends in ${count(days, "day")}, on ${date(end)}`, command }];
}

function daysUntil(end: number, now: number): number {
  return Math.floor((end - now) / day);
}

function date(moment: number): string {
  return new Date(moment).toISOString().slice(0, 10);
}
