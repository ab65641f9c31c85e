import type * as pulumi from "@pulumi/pulumi";
import type { DaemonNames } from "../profiles/openstack.ts";
import type { Service } from "../providers/service.ts";
import { Concern, type ConcernOptions } from "./concern.ts";
import { daemons } from "./daemons.ts";
import type { ConfigSource } from "./service-config.ts";

export interface ComputeHostArgs {
  readonly host: string;
  readonly source: ConfigSource;
  /** What it needs before it can take machines: whom it asks, and the host's own network and storage. */
  readonly needs: readonly pulumi.Resource[];
  readonly names: DaemonNames;
}

/**
 * A host that takes machines from Nova (the paper's steps 46 to 49). Their disks are on the volume that all
 * hosts share, so that a machine moves without its disk, over the way that Hypervisor has secured.
 */
export class ComputeHost extends Concern {
  readonly units: readonly Service[];

  constructor(name: string, args: ComputeHostArgs, options: ConcernOptions = {}) {
    super("ComputeHost", name, options);
    const { host, names, source, needs } = args;
    this.units = daemons(
      name,
      { host, set: "compute", names, source, start: needs },
      (...resources) => this.after(...resources),
    );
    this.registerOutputs();
  }
}
