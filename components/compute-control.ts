import type { ConcernOptions } from "./concern.ts";
import { OpenStackService, type OpenStackServiceArgs } from "./openstack-service.ts";

/**
 * What decides about machines (the paper's steps 39 to 44): Nova's API and what machines are told about
 * themselves, the scheduler, the conductor, which alone writes to the database, and the way to consoles.
 */
export class ComputeControl extends OpenStackService {
  constructor(name: string, args: OpenStackServiceArgs, options: ConcernOptions = {}) {
    super("ComputeControl", name, args, options);
    this.registerOutputs();
  }
}
