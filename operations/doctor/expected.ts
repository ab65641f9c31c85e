import type { Profile } from "../../profiles/profile.ts";
import { recordPath } from "../../providers/record.ts";
import type { ServiceValue } from "../../providers/service.ts";
import type { Host, Site } from "../../site/site.ts";
import { kindOf, type StateResource } from "../state.ts";

/** A unit that somebody has promised, and how. */
export interface ExpectedUnit {
  readonly unit: string;
  readonly promised: ServiceValue;
}

/** What should be there on one host. */
export interface ExpectedHost {
  readonly name: string;
  readonly units: readonly ExpectedUnit[];
  readonly mounts: readonly { readonly path: string; readonly source: string }[];
  /** Files with a certificate in them. */
  readonly certificates: readonly string[];
  /** The claim of each record of what was found, by the file's name. */
  readonly records: ReadonlyMap<string, string>;
  /** The folder of its brick of the volume, where it has one. */
  readonly brick?: string;
}

/** What should be there: the promises of the state, and what the stack's config says of the hosts. */
export interface Expected {
  readonly site: Site;
  readonly names: Profile;
  /** Those that are not declared down. */
  readonly hosts: readonly ExpectedHost[];
  /** When this was asked, in milliseconds. */
  readonly now: number;
}

/** The host on which what belongs to the cloud as a whole is asked for. */
export function asksForAll(host: string, { site }: Pick<Expected, "site">): boolean {
  return site.services && host === site.controller.name;
}

/** Pure. */
export function expect(
  site: Site,
  names: Profile,
  resources: readonly StateResource[],
  now: number,
): Expected {
  const hosts = site.hosts
    .filter(({ name }) => !site.down.has(name))
    .map((host) => expectedOf(host, site, promisesOn(host.name, resources)));
  return { site, names, hosts, now };
}

interface Promised {
  readonly kind: string;
  readonly key: Readonly<Record<string, unknown>>;
  readonly claim: string;
  readonly declared: Readonly<Record<string, unknown>>;
}

function promisesOn(host: string, resources: readonly StateResource[]): Promised[] {
  return resources.flatMap(({ type, inputs, outputs, delete: goes }) => {
    const { at } = inputs ?? {};
    // What a run that broke off was about to delete is promised no more.
    if (at?.host !== host || goes) return [];
    const { key = {}, claim = "" } = at;
    return [{ kind: kindOf(type), key, claim, declared: valuesIn(outputs?.declared) }];
  });
}

function expectedOf({ name }: Host, site: Site, promises: readonly Promised[]): ExpectedHost {
  const all = (kind: string) => promises.filter((one) => one.kind === kind);
  const brick = site.storage.bricks.find(({ host }) => host === name)?.path;
  return {
    name,
    units: all("Service").map(({ key, declared }) => ({
      unit: String(key.unit),
      promised: declared,
    })),
    mounts: all("Mount").map(({ key, declared }) => ({
      path: String(key.path),
      source: String(declared.source),
    })),
    certificates: all("File")
      .filter(({ declared }) => /^-----BEGIN CERTIFICATE-----$/m.test(String(declared.content)))
      .map(({ key }) => String(key.path)),
    records: new Map(promises.map(({ kind, key, claim }) => [fileOf(kind, key), claim])),
    ...(brick !== undefined && { brick }),
  };
}

function fileOf(kind: string, key: unknown): string {
  const path = recordPath(kind, key);
  return path.slice(path.lastIndexOf("/") + 1);
}

function valuesIn(declared: unknown): Readonly<Record<string, unknown>> {
  return typeof declared === "object" && declared !== null ? { ...declared } : {};
}
