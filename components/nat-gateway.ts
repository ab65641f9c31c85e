import type * as pulumi from "@pulumi/pulumi";
import type { GatewayNames } from "../profiles/profile.ts";
import { IptablesRules } from "../providers/iptables-rules.ts";
import { Packages } from "../providers/packages.ts";
import { Sysctl } from "../providers/sysctl.ts";
import type { Gateway } from "../site/site.ts";
import { Concern, type ConcernOptions } from "./concern.ts";

export interface NatGatewayArgs {
  /** The host with a leg in each network. */
  readonly host: Gateway;
  /** What stands in the LAN for the gateway: its interface, or the bridge in the place of that. */
  readonly inside: string;
  /** The private network in CIDR form. Beside it and `vms`, nobody's packets are passed on. */
  readonly lan: string;
  /** The network of the guests, where there are any. */
  readonly vms?: string;
  readonly names: GatewayNames;
}

/**
 * The way out of the LAN (the paper's steps 1 and 2): the gateway forwards between the LAN and the
 * public interface and nothing else, and lends its public address to what leaves. Rules of others
 * (libvirt, Neutron, the admin) are not flushed, as the paper's are.
 */
export class NatGateway extends Concern {
  readonly routing: readonly pulumi.Resource[];

  constructor(name: string, args: NatGatewayArgs, options: ConcernOptions = {}) {
    super("NatGateway", name, options);
    const { inside, lan, vms, names } = args;
    const { name: host, publicInterface } = args.host;
    const masqueraded = { "10-lan": lan, ...(vms && { "20-vms": vms }) };

    const packages = new Packages(
      `${name}-packages`,
      { host, key: { set: name }, value: names.packages },
      this.after(),
    );
    // Addresses are rewritten before forwarding begins: no private address leaves, not even at first.
    const masquerade = new IptablesRules(
      `${name}-masquerade`,
      {
        host,
        key: names.masquerade,
        value: Object.fromEntries(
          Object.entries(masqueraded).map(([rule, network]) => [
            rule,
            `-s ${network} -o ${publicInterface} -j MASQUERADE`,
          ]),
        ),
      },
      this.after(packages),
    );
    const forward = new IptablesRules(
      `${name}-forward`,
      {
        host,
        key: names.forward,
        value: {
          "10-out": `-s ${lan} -i ${inside} -o ${publicInterface} -j ACCEPT`,
          "20-back": `-d ${lan} -i ${publicInterface} -o ${inside} -m conntrack --ctstate RELATED,ESTABLISHED -j ACCEPT`,
          ...(vms && this.#guests(vms, args)),
          "30-not-in": `-i ${publicInterface} -j DROP`,
          "40-no-other-way-out": `-i ${inside} ! -o ${inside} -j DROP`,
        },
      },
      this.after(packages),
    );
    const sysctls = Object.entries(names.sysctls).map(
      ([key, value]) =>
        new Sysctl(
          `${name}-${key}`,
          { host, key: { name: key }, value: { runtime: value, boot: value } },
          this.after(masquerade, forward),
        ),
    );
    this.routing = [masquerade, forward, ...sysctls];
    this.registerOutputs();
  }

  /** Guests reach the outside; hosts reach guests, who only answer. The gateway itself is no exception. */
  #guests(vms: string, { inside, lan, host }: NatGatewayArgs): Record<string, string> {
    const { publicInterface } = host;
    return {
      "11-guests-out": `-s ${vms} -i ${inside} -o ${publicInterface} -j ACCEPT`,
      "21-guests-back": `-d ${vms} -i ${publicInterface} -o ${inside} -m conntrack --ctstate RELATED,ESTABLISHED -j ACCEPT`,
      "22-guests-answer": `-s ${vms} -d ${lan} -i ${inside} -o ${inside} -m conntrack --ctstate RELATED,ESTABLISHED -j ACCEPT`,
      "23-no-guest-asks-hosts": `-s ${vms} -d ${lan} -i ${inside} -o ${inside} -j DROP`,
    };
  }
}
