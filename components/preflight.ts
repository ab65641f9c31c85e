import type { ComputeHostNames } from "../profiles/openstack.ts";
import type { BridgeNames } from "../profiles/profile.ts";
import { Platform } from "../providers/platform.ts";
import type { Site } from "../site/site.ts";
import { Concern, type ConcernOptions } from "./concern.ts";
import { deed } from "./deed.ts";

export interface PreflightArgs {
  readonly site: Site;
  readonly names: {
    /** What the profile is written for, as os-release(5) says it. */
    readonly operatingSystem: { readonly ID: string; readonly VERSION_ID: string };
    readonly bridge: Pick<BridgeNames, "name">;
    readonly cloud: { readonly compute: Pick<ComputeHostNames, "stayed"> };
  };
  /** Room that the root file system needs, in megabytes. */
  readonly freeMegabytes: number;
}

/** Looks whether every host is one that the rest can work on, before anything is changed. */
export class Preflight extends Concern {
  constructor(name: string, args: PreflightArgs, options: ConcernOptions = {}) {
    super("Preflight", name, options);
    const { site, names, freeMegabytes } = args;
    const { ID, VERSION_ID } = names.operatingSystem;
    for (const { name: host, address, lanInterface } of site.hosts) {
      const value = {
        system: `${ID} ${VERSION_ID}`,
        space: "enough",
        // Where the bridge has taken the interface's place, it is the one that has the address.
        lan: `${address} on ${lanInterface} or ${names.bridge.name}`,
        ...(site.services && { hostname: host }),
      };
      new Platform(`${name}-${host}`, { host, key: { freeMegabytes }, value }, this.after());
    }
    if (site.services) {
      const stayed = names.cloud.compute.stayed(site.computes.map((host) => host.name));
      deed(name, site.controller.name, stayed, this.after());
    }
    this.registerOutputs();
  }
}
