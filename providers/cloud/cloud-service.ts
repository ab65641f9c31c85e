import type * as pulumi from "@pulumi/pulumi";
import { z } from "zod";
import { pick } from "../values.ts";
import type { Answers, CloudState, Request } from "./contract.ts";
import { collection, type Item, identity, idOf, items, only, text } from "./found.ts";
import { type CloudPromise, CloudResource } from "./resource.ts";

/** Where: the type that clients look for, and the region of the endpoints. The region must be there. */
const key = z.strictObject({
  type: z.string().min(1),
  region: z.string().min(1).default("RegionOne"),
});
const url = z.string().min(1);
const value = z.strictObject({
  name: z.string().min(1),
  description: z.string().default(""),
  enabled: z.boolean().default(true),
  "endpoint/public": url.exactOptional(),
  "endpoint/internal": url.exactOptional(),
  "endpoint/admin": url.exactOptional(),
});

export type CloudServiceKey = z.input<typeof key>;
export type CloudServiceValue = z.infer<typeof value>;
/** A value as a program gives it: what has a default may be left out. */
export type CloudServiceWish = z.input<typeof value>;

const fields = ["name", "description", "enabled"] as const;
const faces = ["public", "internal", "admin"] as const;

/** An entry of the catalog, with the addresses that it has in one region. */
export const cloudService = {
  kind: "CloudService",
  key,
  value,

  // Two lists serve all promises about the catalog.
  probe: () => ({ services: collection("services"), endpoints: collection("endpoints") }),

  parse(answers, { type, region = "RegionOne" }) {
    const found = service(answers, type);
    if (!found) return undefined;
    const addresses = faces.map((face): [string, unknown] => [
      `endpoint/${face}`,
      address(endpoint(answers, type, region, face)),
    ]);
    return {
      name: text(found.name),
      description: text(found.description),
      enabled: found.enabled !== false,
      ...Object.fromEntries(addresses.filter(([, address]) => address !== undefined)),
    };
  },

  own: (declared, have) => pick(have, Object.keys(declared)) as CloudServiceValue,

  converge({ type, region = "RegionOne" }, want, have) {
    if (!want && !have) return [];
    const addresses = faces.flatMap((face) => addressed(type, region, face, want, have));
    if (!want) {
      // Addresses in other regions are others': then the service stays, for them.
      const call = (now: Answers) => {
        const id = service(now, type)?.id;
        const used = items(now, "endpoints").some((one) => one.service_id === id);
        return id === undefined || used ? undefined : identity("DELETE", `services/${id}`);
      };
      return [...addresses, { why: `delete the service ${type}, if nobody uses it`, call }];
    }
    if (!have) {
      const body = { service: { type, ...pick(want, fields) } };
      const call = () => identity("POST", "services", body);
      return [{ why: `create the service ${type} (was absent)`, call }, ...addresses];
    }
    const differing = fields.filter((field) => want[field] !== have[field]);
    const edits = differing.map((field) => ({
      why: `set ${field} of the service ${type} (was ${JSON.stringify(have[field])})`,
      call: (now: Answers) =>
        identity("PATCH", `services/${idOf(service(now, type), `service ${type}`)}`, {
          service: { [field]: want[field] },
        }),
    }));
    return [...edits, ...addresses];
  },

  putBack(key, _kept, found, have) {
    return this.converge(key, found, have);
  },
} satisfies CloudState<CloudServiceKey, CloudServiceValue>;

function addressed(
  type: string,
  region: string,
  face: (typeof faces)[number],
  want: CloudServiceValue | undefined,
  have: CloudServiceValue | undefined,
): Request[] {
  const [wish, live] = [want?.[`endpoint/${face}`], have?.[`endpoint/${face}`]];
  if (wish === live) return [];
  const what = `the ${face} endpoint of ${type} in ${region}`;
  const here = (now: Answers) => `endpoints/${idOf(endpoint(now, type, region, face), what)}`;
  if (wish === undefined) {
    return [{ why: `delete ${what} (was ${live})`, call: (now) => identity("DELETE", here(now)) }];
  }
  if (live !== undefined) {
    const body = { endpoint: written(wish) };
    const call = (now: Answers) => identity("PATCH", here(now), body);
    return [{ why: `set ${what} to ${wish} (was ${live})`, call }];
  }
  const call = (now: Answers) => {
    // Made by the request before; an API that only said so is found out by the look that follows.
    const service_id = service(now, type)?.id;
    if (service_id === undefined) return undefined;
    const place = { service_id, interface: face, region_id: region };
    const body = { endpoint: { ...place, ...written(wish) } };
    return identity("POST", "endpoints", body);
  };
  return [{ why: `set ${what} to ${wish} (was absent)`, call }];
}

// A disabled endpoint is in no catalog: its address alone would look as if it held.
const off = " (disabled)";

function address(found: Item | undefined): string | undefined {
  return found && `${text(found.url)}${found.enabled === false ? off : ""}`;
}

function written(wish: string): object {
  return { url: wish.replace(off, ""), enabled: !wish.endsWith(off) };
}

function service(answers: Answers, type: string) {
  return only(
    items(answers, "services").filter((one) => one.type === type),
    `services have the type ${type}`,
  );
}

function endpoint(answers: Answers, type: string, region: string, face: string) {
  const id = service(answers, type)?.id;
  return only(
    items(answers, "endpoints").filter(
      (one) => one.service_id === id && one.interface === face && one.region_id === region,
    ),
    `${face} endpoints of ${type} are in ${region}`,
  );
}

/** A service in the catalog of the cloud behind a controller. */
export class CloudService extends CloudResource<
  CloudServiceKey,
  CloudServiceValue,
  CloudServiceWish
> {
  constructor(
    name: string,
    promise: CloudPromise<CloudServiceKey, CloudServiceWish>,
    options?: pulumi.CustomResourceOptions,
  ) {
    super(cloudService, name, promise, options);
  }
}
