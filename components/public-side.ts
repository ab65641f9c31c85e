import type { PublicSideNames } from "../profiles/dashboard.ts";
import { IptablesRules } from "../providers/iptables-rules.ts";
import { Packages } from "../providers/packages.ts";
import { Concern, type ConcernOptions } from "./concern.ts";

export interface PublicSideArgs {
  readonly host: string;
  /** The interface that leads outside, and the address that the dashboard has there. */
  readonly publicInterface: string;
  readonly address: string;
  /** Networks outside that reach the gateway as if they were in the LAN: those of who runs the cloud. */
  readonly operators: readonly string[];
  readonly names: PublicSideNames;
}

/**
 * What the outside sees of the gateway: the dashboard's one port, and answers to what the cloud itself
 * has asked for. Everything else that the host does (SSH, bricks, guests) is for the LAN alone. It is
 * closed before the dashboard is installed.
 */
export class PublicSide extends Concern {
  readonly rules: readonly IptablesRules[];

  constructor(name: string, args: PublicSideArgs, options: ConcernOptions = {}) {
    super("PublicSide", name, options);
    const { host, publicInterface, address, operators, names } = args;
    const outside = `-i ${publicInterface}`;
    const answers = `${outside} -m conntrack --ctstate RELATED,ESTABLISHED -j RETURN`;
    const nothingElse = `${outside} -j DROP`;
    const packages = new Packages(
      `${name}-packages`,
      { host, key: { set: name }, value: names.packages },
      this.after(),
    );
    const known = operators.map((network, index) => [
      `30-operators-${index + 1}`,
      `-s ${network} ${outside} -j RETURN`,
    ]);
    // First, since a rule that lets somebody in by itself would otherwise be asked before it.
    const rules = new IptablesRules(
      `${name}-rules`,
      {
        host,
        key: names.chain,
        value: {
          jump: "first",
          "10-answers": answers,
          "20-dashboard": `-d ${address} ${outside} -p tcp --dport ${names.port} -j RETURN`,
          ...Object.fromEntries(known),
          "90-nothing-else": nothingElse,
        },
      },
      this.after(packages),
    );
    // No service of the cloud has an IPv6 address, but every daemon of the host listens on one.
    const rulesOfIpv6 = new IptablesRules(
      `${name}-rules-ipv6`,
      {
        host,
        key: names.chainOfIpv6,
        value: {
          jump: "first",
          "10-answers": answers,
          "20-neighbours": `${outside} -p ipv6-icmp -j RETURN`,
          "30-own-address": `-s fe80::/10 ${outside} -p udp --dport 546 -j RETURN`,
          "90-nothing-else": nothingElse,
        },
      },
      this.after(packages),
    );
    this.rules = [rules, rulesOfIpv6];
    this.registerOutputs();
  }
}
