import type { BridgeNames } from "../profiles/profile.ts";
import { Bridge } from "../providers/bridge.ts";
import { KernelModule } from "../providers/kernel-module.ts";
import { Sysctl } from "../providers/sysctl.ts";
import type { Host, Site } from "../site/site.ts";
import { Concern, type ConcernOptions } from "./concern.ts";

export interface LanBridgeArgs {
  readonly host: Host;
  /** The networks: the host's address in the LAN moves, and the gateway gets the guests' own way out. */
  readonly networks: Site["networks"];
  readonly names: BridgeNames;
}

/**
 * A bridge in the place of a host's interface in the LAN, as the paper has br100: guests are in the LAN
 * beside their hosts. One leg of a pair of interfaces leads to the switch that connects guests, so that
 * storage and SSH never pass through that switch.
 */
export class LanBridge extends Concern {
  constructor(name: string, args: LanBridgeArgs, options: ConcernOptions = {}) {
    super("LanBridge", name, options);
    const { names, networks } = args;
    const { name: host, address, lanInterface, roles } = args.host;
    const isGateway = roles.includes("gateway");
    const modules = names.modules.map(
      (module) =>
        new KernelModule(
          `${name}-${module}`,
          { host, key: { name: module }, value: { loaded: true, boot: true } },
          this.after(),
        ),
    );
    const sysctls = Object.entries({
      ...names.sysctls,
      ...(isGateway && names.gatewaySysctls),
    }).map(
      ([key, value]) =>
        new Sysctl(
          `${name}-${key}`,
          { host, key: { name: key }, value: { runtime: value, boot: value } },
          this.after(...modules),
        ),
    );
    new Bridge(
      name,
      {
        host,
        key: { name: names.name, port: lanInterface },
        value: {
          moved: [within(networks.lan, address)],
          extra: isGateway ? [within(networks.vms, networks.vmsGateway)] : [],
          leg: names.leg.join(" "),
        },
      },
      this.after(...sysctls),
    );
    this.registerOutputs();
  }
}

/** An address as an interface has it, with the length of its network's prefix. */
function within(network: string, address: string): string {
  return `${address}/${network.split("/")[1]}`;
}
