import type { ConcernOptions } from "./concern.ts";
import { OpenStackService, type OpenStackServiceArgs } from "./openstack-service.ts";

/** Glance (the paper's steps 31 to 36): the images that machines are made from, in a folder of the controller. */
export class ImageService extends OpenStackService {
  constructor(name: string, args: OpenStackServiceArgs, options: ConcernOptions = {}) {
    super("ImageService", name, args, options);
    this.registerOutputs();
  }
}
