import { Platform } from "../providers/platform.ts";
import { Concern, type ConcernOptions } from "./concern.ts";

export interface PreflightArgs {
  /** Names of the hosts; nothing is changed on any of them until all are fit. */
  readonly hosts: readonly string[];
  /** What the profile is written for, as os-release(5) says it. */
  readonly operatingSystem: { readonly ID: string; readonly VERSION_ID: string };
  /** Room that the root file system needs, in megabytes. */
  readonly freeMegabytes: number;
}

/** Looks whether every host is one that the rest can work on, before anything is changed. */
export class Preflight extends Concern {
  constructor(name: string, args: PreflightArgs, options: ConcernOptions = {}) {
    super("Preflight", name, options);
    const { ID, VERSION_ID } = args.operatingSystem;
    for (const host of args.hosts) {
      const key = { freeMegabytes: args.freeMegabytes };
      const value = { system: `${ID} ${VERSION_ID}`, space: "enough" };
      new Platform(`${name}-${host}`, { host, key, value }, this.after());
    }
    this.registerOutputs();
  }
}
