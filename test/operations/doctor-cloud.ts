import { expect } from "../../operations/doctor/expected.ts";
import type { Verdict } from "../../operations/doctor/finding.ts";
import type { Look } from "../../operations/doctor/look.ts";
import type { StateResource } from "../../operations/state.ts";
import { selectProfile } from "../../profiles/profile.ts";
import { parseSite } from "../../site/site.ts";
import { sample, texts } from "../site/sample.ts";

/** A resource as a stack's export has it. */
export function promise(
  host: string,
  kind: string,
  claim: string,
  key: Record<string, unknown>,
  declared: Record<string, unknown>,
): StateResource {
  return {
    type: `pulumi-nodejs:dynamic/host:${kind}`,
    inputs: { at: { host, key, claim } },
    outputs: { declared },
  };
}

export function unit(host: string, name: string, value: Record<string, unknown>): StateResource {
  return promise(host, "Service", `${host}-${name}`, { unit: name }, value);
}

/** When all of this was asked. */
export const now = Date.parse("2026-11-25T04:00:00Z");

/** The sample's cloud of five hosts, with services, that promises these. */
export function cloudOf(resources: readonly StateResource[], config: Record<string, unknown> = {}) {
  const site = parseSite(texts({ ...sample(), services: true, ...config }), new Set());
  return expect(site, selectProfile(site.profile), resources, now);
}

/** What a look makes of what hosts have printed, a line for each finding. */
export function judged(
  look: Look,
  answers: Readonly<Record<string, string>>,
  cloud = cloudOf([]),
): string[] {
  return told(look.judge(new Map(Object.entries(answers)), cloud));
}

/** Findings as lines; where there are none, what is well. */
export function told({ findings, well }: Verdict): string[] {
  return findings.length > 0
    ? findings.map(({ level, host, what, found }) => `${level} ${host} ${what}: ${found}`)
    : well.map(({ host, words }) => `fine ${host} ${words}`);
}
