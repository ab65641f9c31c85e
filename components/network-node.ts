import type * as pulumi from "@pulumi/pulumi";
import type { NetworkNames } from "../profiles/openstack.ts";
import { Packages } from "../providers/packages.ts";
import { Service } from "../providers/service.ts";
import { Concern, type ConcernOptions } from "./concern.ts";
import { daemons } from "./daemons.ts";
import { deed } from "./deed.ts";
import type { Network } from "./network.ts";
import type { ConfigSource } from "./service-config.ts";

export interface NetworkNodeArgs {
  readonly host: string;
  /** The end of the pair of interfaces that leads to the LAN's bridge. */
  readonly leg: string;
  readonly source: ConfigSource;
  /** The server, on the host where it runs: that host also gives guests their addresses. */
  readonly server?: Network;
  /** Holds once the server listens. */
  readonly listening: pulumi.Resource;
  readonly names: NetworkNames;
}

/** A host to which guests are connected: the switch, its way to the LAN, and Neutron's agents. */
export class NetworkNode extends Concern {
  readonly agents: readonly Service[];

  constructor(name: string, args: NetworkNodeArgs, options: ConcernOptions = {}) {
    super("NetworkNode", name, options);
    const { host, names, source, server, listening } = args;
    const after = (...resources: pulumi.Resource[]) => this.after(...resources);
    const bridge = this.#switch(name, args);

    const reads = server?.configs ?? [];
    const common = { host, source, start: [bridge, listening, ...reads], reads };
    const agent = server
      ? names.agent
      : { ...names.agent, reads: [], configs: [names.awayFromServer, ...names.agent.configs] };
    this.agents = [
      ...daemons(name, { ...common, set: "network-agent", names: agent }, after),
      ...(server
        ? daemons(
            `${name}-addressing`,
            { ...common, set: "network-addressing", names: names.addressing },
            after,
          )
        : []),
    ];
    this.registerOutputs();
  }

  #switch(name: string, { host, leg, source, names }: NetworkNodeArgs): pulumi.Resource {
    const { datapath } = source.surroundings;
    const packages = new Packages(
      `${name}-switch-packages`,
      { host, key: { set: "switch" }, value: names.switch.packages },
      this.after(),
    );
    const service = new Service(
      `${name}-switch`,
      { host, key: { unit: names.switch.unit }, value: { enabled: true, active: true } },
      this.after(packages),
    );
    const { userspace } = names.switch;
    const settings =
      datapath === "userspace" ? [deed(name, host, userspace, this.after(service), [service])] : [];
    const toTheLan = names.switch.bridge(leg, datapath);
    return deed(name, host, toTheLan, this.after(service, ...settings), [service, ...settings]);
  }
}
