import * as pulumi from "@pulumi/pulumi";

const children = new WeakMap<pulumi.Resource, pulumi.Resource[]>();
const before = new WeakMap<pulumi.Resource, ReadonlySet<pulumi.Resource>>();

/** Notes whose child a resource is, and what it follows. */
export function noteFollowing(
  resource: pulumi.Resource,
  { parent, dependsOn }: pulumi.CustomResourceOptions,
): void {
  if (parent) children.set(parent, [...(children.get(parent) ?? []), resource]);
  const nearest = resourcesIn(dependsOn) ?? [];
  before.set(resource, new Set(nearest.flatMap((one) => [one, ...(before.get(one) ?? [])])));
}

/**
 * The same options, with those resources alone that no other of them follows already. Left to itself the
 * SDK names every resource below every component that something depends on, again in each that depends on
 * it: half of the state, which the engine reads, writes and logs whole, and a good part of a preview.
 */
export function nearestOnly(options: pulumi.CustomResourceOptions): pulumi.CustomResourceOptions {
  const all = new Set(resourcesIn(options.dependsOn)?.flatMap(customIn));
  const followed = new Set([...all].flatMap((one) => [...(before.get(one) ?? [])]));
  const nearest = [...all].filter((one) => !followed.has(one));
  return nearest.length > 0 ? { ...options, dependsOn: nearest } : options;
}

/** What of a component can be in place or not. */
function customIn(resource: pulumi.Resource): pulumi.Resource[] {
  return children.get(resource)?.flatMap(customIn) ?? [resource];
}

/** Nothing where some of it is still to come: then the SDK itself has to wait for it. */
function resourcesIn(given: pulumi.CustomResourceOptions["dependsOn"]) {
  const list = Array.isArray(given) ? given : [given];
  return list.every((one) => one instanceof pulumi.Resource) ? list : undefined;
}
