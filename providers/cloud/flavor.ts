import type * as pulumi from "@pulumi/pulumi";
import { z } from "zod";
import type { Answers, CloudState } from "./contract.ts";
import { compute, differing, idOf, named } from "./found.ts";
import { type CloudPromise, CloudResource } from "./resource.ts";

/** Where: its name, which is the cloud's own. */
export interface FlavorKey {
  readonly name: string;
}

/**
 * One key for each extra spec: `"extra/hw:cpu_policy": "dedicated"`. Ones that are not declared are
 * taken away, because each decides where a server may run.
 */
export interface FlavorValue {
  readonly vcpus: number;
  /** In MiB. */
  readonly ram: number;
  /** In GiB. */
  readonly disk: number;
  /** Whether every project may use it. */
  readonly public: boolean;
  /** Beside the first disk, in GiB. */
  readonly ephemeral: number;
  /** In MiB. */
  readonly swap: number;
  readonly [extra: `extra/${string}`]: string;
}
/** A value as a program gives it: what has a default may be left out. */
export type FlavorWish = Pick<FlavorValue, "vcpus" | "ram" | "disk" | `extra/${string}`> &
  Partial<FlavorValue>;

// Whole numbers, as Nova takes them.
const size = (least: number) => z.int().min(least);
const value = z
  .object({
    vcpus: size(1),
    ram: size(1),
    disk: size(0),
    public: z.boolean().default(true),
    ephemeral: size(0).default(0),
    swap: size(0).default(0),
  })
  .catchall(z.string())
  .superRefine((wish, issues) => {
    for (const name of Object.keys(wish).filter((one) => !(one in fixed))) {
      const message = 'an extra spec is written "extra/NAME"';
      if (!/^extra\/[\w .:-]+$/.test(name))
        issues.addIssue({ code: "custom", path: [name], message });
    }
  }) as unknown as z.ZodType<FlavorValue>;

/** What is fixed when a flavor is made, and what Nova calls it. */
const fixed = {
  vcpus: "vcpus",
  ram: "ram",
  disk: "disk",
  public: "os-flavor-access:is_public",
  ephemeral: "OS-FLV-EXT-DATA:ephemeral",
  swap: "swap",
} as const;

/**
 * A size that servers can have. Nova cannot change one: another size is another flavor of the same
 * name, with another id. Servers keep the size that they were made with.
 */
export const flavor = {
  kind: "Flavor",
  key: z.strictObject({ name: z.string().min(1) }),
  value,

  // All of them, for all promises; without is_public an administrator sees the public ones alone.
  probe: () => ({
    flavors: {
      service: "compute",
      path: "/v2.1/flavors/detail?is_public=None",
      list: "flavors",
    },
  }),

  parse(answers, { name }) {
    const found = named(answers, "flavors", name);
    if (!found) return undefined;
    const { "os-flavor-access:is_public": open, extra_specs: specs } = found;
    const extras = Object.entries(specs ?? {}).map(([spec, text]) => [`extra/${spec}`, text]);
    return {
      vcpus: Number(found.vcpus),
      ram: Number(found.ram),
      disk: Number(found.disk),
      public: open === true,
      ephemeral: Number(found["OS-FLV-EXT-DATA:ephemeral"]),
      // Nothing at all where there is none.
      swap: Number(found.swap),
      ...Object.fromEntries(extras),
    };
  },

  // What nobody declared is drift.
  own: (_declared, have) => have,

  converge({ name }, want, have) {
    const here = (now: Answers) => `flavors/${idOf(named(now, "flavors", name), `flavor ${name}`)}`;
    const remove = (why: string) => ({ why, call: (now: Answers) => compute("DELETE", here(now)) });
    if (!want) return have ? [remove(`delete the flavor ${name}`)] : [];
    const sizes = differing(want, have ?? want).filter((field) => field in fixed);
    const anew = !have || sizes.length > 0;
    const old = sizes.map((field) => `${field} was ${have?.[field]}`).join(", ");
    const create = {
      why: `create the flavor ${name} (was ${have ? "of another size" : "absent"})`,
      call: () => compute("POST", "flavors", { flavor: { name, ...sent(want) } }),
    };
    return [
      ...(have && anew
        ? [remove(`delete the flavor ${name}, which cannot be changed, to make it anew (${old})`)]
        : []),
      ...(anew ? [create] : []),
      ...specs(want, anew ? {} : have).map(({ why, method, path, body }) => ({
        why: `${why} of the flavor ${name}`,
        // An API that only said that it made the flavor is found out by the look that follows.
        call: (now: Answers) =>
          named(now, "flavors", name) &&
          compute(method, `${here(now)}/os-extra_specs${path}`, body),
      })),
    ];
  },
} satisfies CloudState<FlavorKey, FlavorValue>;

function sent(want: FlavorValue): object {
  const fields = Object.entries(fixed) as [keyof typeof fixed, string][];
  return Object.fromEntries(fields.map(([field, theirs]) => [theirs, want[field]]));
}

/** The edits to the extra specs: those to have in one request, those to lose in one each. */
function specs(want: FlavorValue, have: Partial<FlavorValue>) {
  const keys = differing<Partial<FlavorValue>>(want, have).filter((key) => !(key in fixed));
  const named = keys.map((key) => ({ key, spec: key.slice("extra/".length), text: want[key] }));
  const set = named.filter(({ text }) => text !== undefined);
  const body = { extra_specs: Object.fromEntries(set.map(({ spec, text }) => [spec, text])) };
  const was = (key: keyof FlavorValue) => `was ${have[key] ?? "absent"}`;
  const shown = set.map(({ key, spec }) => `${spec} (${was(key)})`).join(", ");
  return [
    ...(set.length > 0 ? [{ why: `set ${shown}`, method: "POST" as const, path: "", body }] : []),
    ...named
      .filter(({ text }) => text === undefined)
      .map(({ key, spec }) => ({
        why: `take away ${spec} (${was(key)})`,
        method: "DELETE" as const,
        path: `/${encodeURIComponent(spec)}`,
        body: undefined,
      })),
  ];
}

/** A size of servers in the cloud behind a controller. */
export class Flavor extends CloudResource<FlavorKey, FlavorValue, FlavorWish> {
  constructor(
    name: string,
    promise: CloudPromise<FlavorKey, FlavorWish>,
    options?: pulumi.CustomResourceOptions,
  ) {
    super(flavor, name, promise, options);
  }
}
