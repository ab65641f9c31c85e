import { sh } from "../../providers/sh.ts";
import type { Expected } from "./expected.ts";
import { type HostFinding, of, span, thisMachine, together, type Verdict } from "./finding.ts";
import { onEach } from "./look.ts";

/** Moments in seconds: when a host was asked and had answered by our clock, began and ended by its own. */
export interface Stamps {
  readonly asked: number;
  readonly began: number;
  readonly ended: number;
  readonly answered: number;
}

const off = 0.5;
const farOff = 5;

/**
 * Clocks against each other: what counts is how far a host is from the middle one, and only as far as
 * the way there cannot explain it. Where all of them agree, and this machine does not, it is this one.
 */
export function judgeClocks(stamps: ReadonlyMap<string, Stamps>): Verdict {
  const hosts = [...stamps].map(([host, { asked, began, ended, answered }]) => ({
    host,
    ahead: (began - asked + ended - answered) / 2,
    unsure: Math.max(0, (answered - asked - (ended - began)) / 2),
  }));
  // Two cannot outvote each other: then it is this machine that they are compared with.
  const middle = hosts.length < 3 ? 0 : median(hosts.map(({ ahead }) => ahead));
  const judged = hosts.map(({ host, ahead, unsure }) => {
    const finding = wrong(ahead - middle, unsure, "the others");
    return of(host, finding, finding.length > 0 ? undefined : `clock ${signed(ahead - middle)} s`);
  });
  const unsure = Math.max(0, ...hosts.map((one) => one.unsure));
  return together([...judged, of(thisMachine, wrong(-middle, unsure, "the hosts"))]);
}

function wrong(ahead: number, unsure: number, whom: string): HostFinding[] {
  const surely = Math.abs(ahead) - unsure;
  if (surely <= off) return [];
  const found = `${span(Math.abs(ahead))} ${ahead > 0 ? "ahead of" : "behind"} ${whom}`;
  const level = surely > farOff ? "bad" : "look";
  return [
    { level, what: "clock", found, command: whom === "the hosts" ? "date" : "chronyc tracking" },
  ];
}

function median(numbers: readonly number[]): number {
  const sorted = [...numbers].sort((one, other) => one - other);
  const middle = sorted[Math.floor(sorted.length / 2)] ?? 0;
  const before = sorted[Math.ceil(sorted.length / 2) - 1] ?? middle;
  return (middle + before) / 2;
}

function signed(seconds: number): string {
  const rounded = Math.round(seconds * 1000) / 1000;
  return `${rounded < 0 ? "-" : "+"}${Math.abs(rounded).toFixed(3)}`;
}

/** Whether a host's time comes from somewhere; hosts that leave their clock alone only measure. */
export const time = onEach({
  name: "time",
  seconds: 5,

  script: (_host, { site }) =>
    site.time.steersClock ? sh`chronyc -c -n tracking 2>&1 || :` : undefined,

  judge: (stdout, { name }, cloud) => of(name, tracked(stdout.trim().split(","), cloud)),
});

function tracked(fields: readonly string[], { names }: Expected): HostFinding[] {
  const what = "time";
  if (fields.length < 14) {
    const found = "chronyd does not answer";
    return [
      { level: "look", what, found, command: `systemctl status ${names.baseline.time.unit}` },
    ];
  }
  const away = Math.abs(Number(fields[4]));
  if (fields.at(-1) === "Not synchronised") {
    return [
      { level: "look", what, found: "no server gives it the time", command: "chronyc -n sources" },
    ];
  }
  if (away <= off) return [];
  const found = `${span(away)} away from its server`;
  return [{ level: away > farOff ? "bad" : "look", what, found, command: "chronyc tracking" }];
}
