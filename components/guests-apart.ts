import type { GuestsApartNames } from "../profiles/openstack.ts";
import { IptablesRules } from "../providers/iptables-rules.ts";
import { Packages } from "../providers/packages.ts";
import { Concern, type ConcernOptions } from "./concern.ts";

export interface GuestsApartArgs {
  readonly host: string;
  /** The network of the guests, which is on the same wire as the LAN. */
  readonly vms: string;
  /**
   * The address from which alone the screens of this host's guests are looked at. None for the controller
   * itself, which has no guests: where it shows all of them to browsers lies among their ports.
   */
  readonly watcher: string | undefined;
  readonly names: GuestsApartNames;
}

/**
 * What a guest may ask of a host: an answer to a ping, and nothing else. Guests are in the LAN, so whoever
 * is root in one reaches every host past the gateway. And the screens of guests, which ask for no
 * password, are for the controller, where it is known who may see which.
 */
export class GuestsApart extends Concern {
  readonly rules: IptablesRules;

  constructor(name: string, args: GuestsApartArgs, options: ConcernOptions = {}) {
    super("GuestsApart", name, options);
    const { host, vms, watcher, names } = args;
    const packages = new Packages(
      `${name}-packages`,
      { host, key: { set: "guests-apart" }, value: names.packages },
      this.after(),
    );
    const screens = `-p tcp --dport ${names.screens}`;
    this.rules = new IptablesRules(
      `${name}-rules`,
      {
        host,
        key: names.chain,
        value: {
          "10-answers": `-s ${vms} -m conntrack --ctstate RELATED,ESTABLISHED -j RETURN`,
          "20-ping": `-s ${vms} -p icmp -j RETURN`,
          "30-nothing-else": `-s ${vms} -j DROP`,
          ...(watcher !== undefined && {
            "40-screens-of-the-host": `-i lo ${screens} -j RETURN`,
            "50-screens": `! -s ${watcher} ${screens} -j DROP`,
          }),
        },
      },
      this.after(packages),
    );
    this.registerOutputs();
  }
}
