import type { HostsOnlyNames } from "../profiles/shared-services.ts";
import { IptablesRules } from "../providers/iptables-rules.ts";
import { Packages } from "../providers/packages.ts";
import type { Host } from "../site/site.ts";
import { Concern, type ConcernOptions } from "./concern.ts";

export interface HostsOnlyArgs {
  readonly host: Host;
  /** TCP ports that nobody else has any business at. At most fifteen, which is all that one rule takes. */
  readonly ports: readonly number[];
  /** Those who may connect, beside the host itself. */
  readonly hosts: readonly Host[];
  readonly names: HostsOnlyNames;
}

/**
 * Lets the hosts of the cloud alone connect to what they share. A database that asks for a password is
 * still a door; the paper's steps 1 and 4 leave every port of every host open to the whole LAN, in
 * which the guests are, too.
 */
export class HostsOnly extends Concern {
  constructor(name: string, args: HostsOnlyArgs, options: ConcernOptions = {}) {
    super("HostsOnly", name, options);
    const { host, names } = args;
    const ports = `-p tcp -m multiport --dports ${args.ports.join(",")}`;
    const known = args.hosts.map((other) => [
      `20-${other.name}`,
      `-s ${other.address} ${ports} -j RETURN`,
    ]);
    const packages = new Packages(
      `${name}-packages`,
      { host: host.name, key: { set: "hosts-only" }, value: names.packages },
      this.after(),
    );
    new IptablesRules(
      `${name}-rules`,
      {
        host: host.name,
        key: names.chain,
        value: {
          "10-itself": `-i lo ${ports} -j RETURN`,
          // A host that leaves is off the list before its daemons are stopped, which they do in talking.
          "15-connected": `${ports} -m conntrack --ctstate ESTABLISHED -j RETURN`,
          ...Object.fromEntries(known),
          "90-nobody-else": `${ports} -j DROP`,
        },
      },
      this.after(packages),
    );
    this.registerOutputs();
  }
}
