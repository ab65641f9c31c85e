import { Platform } from "../providers/platform.ts";
import { Concern, type ConcernOptions } from "./concern.ts";

export interface PreflightArgs {
  /** Names of the hosts; nothing is changed on any of them until all are fit. */
  readonly hosts: readonly string[];
  /** ID and VERSION_ID of os-release(5) that the profile is written for. */
  readonly system: string;
  /** Room that the root file system needs, in megabytes. */
  readonly freeMegabytes: number;
}

/** Looks whether every host is one that the rest can work on, before anything is changed. */
export class Preflight extends Concern {
  constructor(name: string, args: PreflightArgs, options: ConcernOptions = {}) {
    super("Preflight", name, options);
    for (const host of args.hosts) {
      const key = { freeMegabytes: args.freeMegabytes };
      const value = { system: args.system, space: "enough" };
      new Platform(`${name}-${host}`, { host, key, value }, this.after());
    }
    this.registerOutputs();
  }
}
