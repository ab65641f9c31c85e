import type * as pulumi from "@pulumi/pulumi";
import type { ServiceGroundNames } from "../profiles/openstack.ts";
import { File } from "../providers/file.ts";
import { Packages } from "../providers/packages.ts";
import type { Host, Site } from "../site/site.ts";
import { Concern, type ConcernOptions } from "./concern.ts";
import { GuestsApart } from "./guests-apart.ts";

export interface ServiceGroundArgs {
  readonly host: string;
  readonly networks: Site["networks"];
  readonly controller: Host;
  readonly names: ServiceGroundNames;
}

/**
 * What a host needs before anything of the cloud is installed on it: guests are kept apart; services do not start without their
 * config; and the package whose scripts own the folder around the volume is there before the mount, and
 * goes after it, so that they never touch a guest's disk.
 */
export class ServiceGround extends Concern {
  /** The first of it. */
  readonly guard: pulumi.Resource;
  readonly owner: pulumi.Resource;

  constructor(name: string, args: ServiceGroundArgs, options: ConcernOptions = {}) {
    super("ServiceGround", name, options);
    const { host, networks, controller, names } = args;
    const { path, content, ...ownership } = names.startGuard;
    this.guard = new File(
      `${name}-start-guard`,
      { host, key: { path }, value: { content, ...ownership } },
      this.after(),
    );
    const watcher = host === controller.name ? undefined : controller.address;
    new GuestsApart(
      `${name}-guests-apart`,
      { host, vms: networks.vms, watcher, names: names.guestsApart },
      this.after() as ConcernOptions,
    );
    this.owner = new Packages(
      `${name}-packages`,
      { host, key: { set: "service-ground" }, value: names.packages },
      this.after(this.guard),
    );
    this.registerOutputs();
  }
}
