import type * as pulumi from "@pulumi/pulumi";
import type { ControlPlaneNames, Surroundings } from "../profiles/openstack.ts";
import { File } from "../providers/file.ts";
import type { Site } from "../site/site.ts";
import { Cache } from "./cache.ts";
import { Concern, type ConcernOptions } from "./concern.ts";
import { DatabaseServer } from "./database-server.ts";
import { HostsOnly } from "./hosts-only.ts";
import { Identity } from "./identity.ts";
import { ImageService } from "./image-service.ts";
import { MessageQueue } from "./message-queue.ts";
import type { OpenStackServiceArgs } from "./openstack-service.ts";
import { drawPasswords } from "./passwords.ts";
import { Placement } from "./placement.ts";

export interface ControlPlaneArgs {
  readonly site: Site;
  readonly names: ControlPlaneNames;
}

/** What runs on the controller: what services share, and then the services in the order of their needs. */
export class ControlPlane extends Concern {
  readonly identity: Identity;

  constructor(name: string, args: ControlPlaneArgs, options: ConcernOptions = {}) {
    super("ControlPlane", name, options);
    const { site, names } = args;
    const { controller, protectData } = site;
    const { passwords, draws } = drawPasswords(site, { parent: this });
    const inOrder = (...before: pulumi.Resource[]) => this.after(...before) as ConcernOptions;

    const { path, content, ...ownership } = names.startGuard;
    const guard = new File(
      `${name}-start-guard`,
      { host: controller.name, key: { path }, value: { content, ...ownership } },
      this.after(),
    );
    const server = new DatabaseServer(
      "database",
      { host: controller, names: names.database },
      inOrder(guard),
    );
    const queue = new MessageQueue(
      "queue",
      { host: controller, password: passwords.queue, draw: draws.queue, names: names.queue },
      inOrder(guard),
    );
    const cache = new Cache("cache", { host: controller, names: names.cache }, inOrder(guard));
    new HostsOnly(
      "shared",
      {
        host: controller,
        hosts: site.hosts,
        ports: [names.database.port, names.queue.port, ...names.queue.ownPorts, names.cache.port],
        names: names.hostsOnly,
      },
      inOrder(),
    );

    const surroundings: Surroundings = {
      controller: controller.name,
      address: controller.address,
      region: names.region,
      workers: site.workers,
    };
    const service = (one: "keystone" | "glance" | "placement"): OpenStackServiceArgs => ({
      surroundings,
      server,
      databaseNames: names.database,
      queue,
      password: passwords[one],
      draw: draws[one],
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
      inOrder(guard, cache.service),
    );
    const { project } = this.identity;
    new ImageService("image", { ...service("glance"), project }, inOrder(guard));
    new Placement("placement", { ...service("placement"), project }, inOrder(guard));
    this.registerOutputs();
  }
}
