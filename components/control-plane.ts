import type * as pulumi from "@pulumi/pulumi";
import type { ControlPlaneNames } from "../profiles/openstack.ts";
import type { Site } from "../site/site.ts";
import { Cache } from "./cache.ts";
import { ComputeControl } from "./compute-control.ts";
import { Concern, type ConcernOptions } from "./concern.ts";
import { DatabaseServer } from "./database-server.ts";
import { HostsOnly } from "./hosts-only.ts";
import { Identity } from "./identity.ts";
import { ImageService } from "./image-service.ts";
import { MessageQueue } from "./message-queue.ts";
import { Network } from "./network.ts";
import type { OpenStackServiceArgs } from "./openstack-service.ts";
import { type Drawn, drawPasswords } from "./passwords.ts";
import { Placement } from "./placement.ts";
import { surroundingsOf } from "./service-config.ts";

export interface ControlPlaneArgs {
  readonly site: Site;
  readonly names: ControlPlaneNames;
}

/** What runs on the controller: what services share, and then the services in the order of their needs. */
export class ControlPlane extends Concern {
  readonly identity: Identity;
  readonly image: ImageService;
  readonly compute: ComputeControl;
  readonly network: Network;
  readonly drawn: Drawn;
  readonly queue: MessageQueue;

  constructor(name: string, args: ControlPlaneArgs, options: ConcernOptions = {}) {
    super("ControlPlane", name, options);
    const { site, names } = args;
    const { controller, protectData } = site;
    this.drawn = drawPasswords(site, { parent: this });
    const { passwords, draws } = this.drawn;
    const inOrder = (...before: pulumi.Resource[]) => this.after(...before) as ConcernOptions;

    // Before any of them listens, and until the last has ended.
    const hostsOnly = new HostsOnly(
      "shared",
      {
        host: controller,
        hosts: site.hosts,
        ports: [
          names.database.port,
          names.queue.port,
          ...names.queue.ownPorts,
          names.cache.port,
          names.consolePort,
        ],
        names: names.hostsOnly,
      },
      inOrder(),
    );
    const server = new DatabaseServer(
      "database",
      { host: controller, names: names.database },
      inOrder(hostsOnly),
    );
    this.queue = new MessageQueue(
      "queue",
      { host: controller, password: passwords.queue, draw: draws.queue, names: names.queue },
      inOrder(hostsOnly),
    );
    const cache = new Cache("cache", { host: controller, names: names.cache }, inOrder(hostsOnly));

    type Name = "keystone" | "glance" | "placement" | "nova" | "neutron";
    const service = (one: Name): OpenStackServiceArgs => ({
      surroundings: surroundingsOf(site, names.region, controller),
      server,
      databaseNames: names.database,
      queue: this.queue,
      drawn: this.drawn,
      protectData,
      names: names[one],
    });
    this.identity = new Identity(
      "identity",
      {
        ...service("keystone"),
        admin: passwords.admin,
        adminDraw: draws.admin,
        credential: names.credential,
      },
      inOrder(cache.service),
    );
    const { project } = this.identity;
    this.image = new ImageService("image", { ...service("glance"), project }, inOrder());
    const placement = new Placement("placement", { ...service("placement"), project }, inOrder());
    const { account } = this.queue;
    const asking = inOrder(account);
    this.network = new Network("network", { ...service("neutron"), project }, asking);
    this.compute = new ComputeControl(
      "compute",
      { ...service("nova"), project },
      inOrder(account, ...placement.units),
    );
    this.registerOutputs();
  }
}
