import * as pulumi from "@pulumi/pulumi";

type Resources = ReadonlySet<pulumi.Resource>;

interface Followed {
  readonly host: string | undefined;
  /** All that it follows, down to the last. */
  readonly all: Resources;
  /** What it follows by ways that stay on its own host. */
  readonly here: Resources;
}

const known = new WeakMap<pulumi.Resource, Followed>();

/** Notes what a resource on a host follows. */
export function noteFollowing(
  resource: pulumi.Resource,
  { dependsOn }: pulumi.CustomResourceOptions,
  host: string | undefined,
): void {
  const nearest = resourcesIn(dependsOn) ?? [];
  const own = nearest.filter((one) => known.get(one)?.host === host);
  known.set(resource, { host, all: behind(nearest, "all"), here: behind(own, "here") });
}

/**
 * The same options, with those resources alone that no other of them follows already. Left to itself the
 * SDK names every resource below every component that something depends on, again in each that depends on
 * it: half of the state, which the engine reads, writes and logs whole, and a good part of a preview.
 *
 * The engine deletes in the order that is named among those that go. When a host leaves, what is between
 * two of its resources may stay, on another host: so a way that leaves the host replaces none on it.
 */
export function nearestOnly(
  options: pulumi.CustomResourceOptions,
  host: string | undefined,
): pulumi.CustomResourceOptions {
  const all = [...new Set(resourcesIn(options.dependsOn)?.flatMap(customIn))];
  const isHere = (one: pulumi.Resource) => host !== undefined && known.get(one)?.host === host;
  const followed = followedBy(all, "all");
  const followedHere = followedBy(all.filter(isHere), "here");
  const nearest = all.filter((one) => !(isHere(one) ? followedHere : followed).has(one));
  return nearest.length > 0 ? { ...options, dependsOn: nearest } : options;
}

function behind(resources: readonly pulumi.Resource[], which: "all" | "here"): Resources {
  return new Set([...resources, ...followedBy(resources, which)]);
}

function followedBy(resources: readonly pulumi.Resource[], which: "all" | "here"): Resources {
  return new Set(resources.flatMap((one) => [...(known.get(one)?.[which] ?? [])]));
}

/** What of a component can be in place or not, as the SDK itself finds it; else the component, for the SDK. */
function customIn(resource: pulumi.Resource): pulumi.Resource[] {
  if (!pulumi.ComponentResource.isInstance(resource)) return [resource];
  const { __childResources: children } = resource as { __childResources?: Resources };
  return children ? [...children].flatMap(customIn) : [resource];
}

/** Nothing where some of it is still to come: then the SDK itself has to wait for it. */
function resourcesIn(given: pulumi.CustomResourceOptions["dependsOn"]) {
  const list = Array.isArray(given) ? given : [given];
  return list.every((one) => one instanceof pulumi.Resource) ? list : undefined;
}
