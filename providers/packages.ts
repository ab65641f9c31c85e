import type * as pulumi from "@pulumi/pulumi";
import { z } from "zod";
import type { Change, HostState } from "./contract.ts";
import { apt } from "./packages/apt.ts";
import { type HostPromise, HostResource } from "./resource.ts";
import type { Script } from "./sh.ts";

/** The name of the set: one per component and host. A new name is a new set, installed anew. */
export interface PackagesKey {
  readonly set: string;
}

/**
 * Each package by its name: "present", "absent", or the exact version. Two keys go without saying:
 * `half-installed` ("none"), and `noted`, the packages that this set is known to need.
 *
 * What is not there is found as "missing" where it is wanted and as "absent" where it is not: a name
 * that leaves the set goes back to "missing", and then is let go of, but may stay for others.
 */
export type PackagesValue = Record<string, string>;

/** What a distribution's package tool has to bring. One file each, under packages/. */
export interface PackageTool {
  /** Prints the packages that its arguments name, and those that broke off half-way. */
  readonly list: Script;
  /** Prints what `parse` reads: what was listed, which is in `$shared`, and the set's note. */
  probe(set: string): Script;
  parse(stdout: string): {
    /** The version of what is installed, the tool's own word for what is half-way, nothing otherwise. */
    readonly state: ReadonlyMap<string, { version: string } | { halfWay: string }>;
    readonly halfInstalled: readonly string[];
    readonly noted: readonly string[];
  };
  /** Ends what broke off half-way. */
  heal(): Script;
  /**
   * Brings all of it about in one transaction, and writes down what it brought along. With it comes what
   * other sets have announced, where that is in nobody's way.
   */
  settle(set: string, edits: Edits): Script;
  /**
   * Lets the whole set go: what it brought along goes, unless another set or somebody else needs it.
   * With it go the packages of sets that are announced to go, where nothing is in their way.
   */
  release(set: string, restore: readonly string[]): Script;
}

/** What one transaction does to a host. */
export interface Edits {
  /** All that the set needs from now on. */
  readonly needs: readonly string[];
  readonly install: readonly { readonly name: string; readonly version?: string }[];
  /** Removed, whoever brought it: the promise says "absent". */
  readonly remove: readonly string[];
  /** No longer needed by this set: goes if we brought it and nobody else needs it. */
  readonly letGo: readonly string[];
}

const halfKey = "half-installed";
const notedKey = "noted";
// Debian now. A second tool makes this a choice by the key.
const tool: PackageTool = apt;
// A first install of a cloud's controller downloads hundreds of megabytes, for all sets that wait together.
const seconds = 3600;

/** The packages that one component needs on a host. At destroy, what they brought along goes again. */
export const packages = {
  kind: "Packages",
  key: z.strictObject({ set: z.string().regex(/^[a-z0-9][a-z0-9.-]*$/) }),
  value: z
    .record(z.string().regex(/^[a-z0-9][a-z0-9+.-]+$/, "a package's name"), z.string())
    .refine((wish) => namesOf(wish).every((name) => wish[name]?.match(/^[\w.+:~-]+$/)), {
      message: '"present", "absent" or a version',
    })
    .transform(withUnsaid),
  probeSeconds: 30,

  shared: { look: tool.list, word: (_set, declared = {}) => namesOf(declared).join(" ") },
  probe: ({ set }) => tool.probe(set),

  parse(stdout, _key, declared = {}) {
    const { state, halfInstalled, noted: names } = tool.parse(stdout);
    const have: PackagesValue = {};
    for (const name of namesOf(declared)) {
      const found = state.get(name);
      if (!found) have[name] = declared[name] === "absent" ? "absent" : "missing";
      else if ("halfWay" in found) have[name] = found.halfWay;
      else have[name] = asDeclared(found.version, declared[name]);
    }
    have[halfKey] = halfInstalled.join(", ") || "none";
    have[notedKey] = [...names].sort().join(" ");
    return have;
  },

  converge({ set }, want = {}, have = {}) {
    const changes: Change[] = [];
    if (want[halfKey] === "none") changes.push(...healing(have));
    const edits = editsTo(want, have);
    const { install, remove, letGo } = edits;
    const parts = [
      phrase("install", install.map(nameOf), have),
      phrase("remove", remove, have),
      phrase("let go of", letGo),
    ].filter((part) => part !== "");
    if (parts.length > 0) {
      // What is plainly to come may come with a set before it: each run of apt takes seconds of its own.
      const plain = remove.length + letGo.length === 0 && install.every((one) => !one.version);
      const announces = plain ? install.map(nameOf) : [];
      changes.push({ why: parts.join("; "), script: tool.settle(set, edits), seconds, announces });
    } else if (want[notedKey] !== have[notedKey]) {
      changes.push({ why: `note what "${set}" needs`, script: tool.settle(set, edits), seconds });
    }
    return changes;
  },

  putBack({ set }, _kept, found = {}, have = {}) {
    const restore = namesOf(found).filter(
      (name) => isNeeded(found[name]) && have[name] === "absent",
    );
    return [
      ...healing(have),
      {
        why: `let go of the packages of "${set}" and of what they brought along`,
        script: tool.release(set, restore),
        seconds,
        // A set that goes; what is announced to come are packages.
        announces: [`-${set}`],
      },
    ];
  },
} satisfies HostState<PackagesKey, PackagesValue>;

// apt does nothing, not even remove, while another package's install is half-way.
function healing({ [halfKey]: broken = "none" }: PackagesValue): Change[] {
  if (broken === "none") return [];
  return [
    { why: `end what broke off half-way: ${broken}`, script: tool.heal(), seconds, announces: [] },
  ];
}

function withUnsaid(wish: PackagesValue): PackagesValue {
  const needs = namesOf(wish).filter((name) => isNeeded(wish[name]));
  return { ...wish, [halfKey]: "none", [notedKey]: needs.join(" ") };
}

function namesOf(value: PackagesValue): string[] {
  return Object.keys(value)
    .filter((name) => name !== halfKey && name !== notedKey)
    .sort();
}

function isNeeded(wish: string | undefined): boolean {
  return wish !== "absent" && wish !== "missing";
}

/** The version where one is declared; otherwise all that matters is that there is one. */
function asDeclared(version: string, wish: string | undefined): string {
  return wish === undefined || wish === "present" || !isNeeded(wish) ? "present" : version;
}

function nameOf({ name }: { name: string }): string {
  return name;
}

function editsTo(want: PackagesValue, have: PackagesValue): Edits {
  const differ = namesOf(want).filter((name) => want[name] !== have[name]);
  const listed = (value: PackagesValue) => (value[notedKey] ?? "").split(" ").filter(Boolean);
  // Not by what is wanted: a package that was there before it was declared stays, and is needed no more.
  const needs = listed(want);
  const noted = listed(have);
  return {
    needs,
    // What comes back when it leaves the set is another version, or what the set did not want.
    install: differ
      .filter((name) => isNeeded(want[name]) && (needs.includes(name) || have[name] !== "missing"))
      .map((name) => {
        const version = want[name];
        return version === undefined || version === "present" ? { name } : { name, version };
      }),
    remove: differ.filter((name) => want[name] === "absent"),
    letGo: noted.filter((name) => !needs.includes(name)),
  };
}

function phrase(verb: string, names: readonly string[], have?: PackagesValue): string {
  const one = (name: string) => (have ? `${name} (was ${have[name] ?? "missing"})` : name);
  return names.length === 0 ? "" : `${verb} ${names.map(one).join(", ")}`;
}

/** The packages of one set on a host. */
export class Packages extends HostResource<PackagesKey, PackagesValue> {
  constructor(
    name: string,
    promise: HostPromise<PackagesKey, PackagesValue>,
    options?: pulumi.CustomResourceOptions,
  ) {
    super(packages, name, promise, options);
  }
}
