import type { ConcernOptions } from "./concern.ts";
import { OpenStackService, type OpenStackServiceArgs } from "./openstack-service.ts";

/**
 * Neutron's server: which networks there are and who is connected to them. It does what in the paper
 * nova-network did (steps 51 and 52); what it decides is done by the agents, a NetworkNode on each host.
 */
export class Network extends OpenStackService {
  constructor(name: string, args: OpenStackServiceArgs, options: ConcernOptions = {}) {
    super("Network", name, args, options);
    this.registerOutputs();
  }
}
