import type { ConcernOptions } from "./concern.ts";
import { OpenStackService, type OpenStackServiceArgs } from "./openstack-service.ts";

/** What each host has to give, and who has taken it. In the paper's days the scheduler kept that to itself. */
export class Placement extends OpenStackService {
  constructor(name: string, args: OpenStackServiceArgs, options: ConcernOptions = {}) {
    super("Placement", name, args, options);
    this.registerOutputs();
  }
}
