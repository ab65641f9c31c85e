import { Flavor } from "../providers/cloud/flavor.ts";
import { Image } from "../providers/cloud/image.ts";
import { Keypair } from "../providers/cloud/keypair.ts";
import { Network } from "../providers/cloud/network.ts";
import { Project } from "../providers/cloud/project.ts";
import { Quota } from "../providers/cloud/quota.ts";
import { RoleAssignment } from "../providers/cloud/role-assignment.ts";
import { SecurityGroupRule } from "../providers/cloud/security-group-rule.ts";
import { Subnet } from "../providers/cloud/subnet.ts";
import { User } from "../providers/cloud/user.ts";
import type { Password } from "../providers/password.ts";
import type { Site } from "../site/site.ts";
import type { GuestImage } from "../site/tenant-files.ts";
import { Concern, type ConcernOptions } from "./concern.ts";

export interface TenantDefaultsArgs {
  readonly site: Site;
  readonly password: Password;
  /** A counter: when it moves, the member's password is another one. */
  readonly draw: number;
  /** With which the member logs in to guests. Another one under the same name is refused. */
  readonly publicKey?: string | undefined;
  /** It is uploaded when it is not in the cloud yet. Other bytes under this name are refused. */
  readonly image?: GuestImage | undefined;
  /** What Neutron's config calls the wire between the hosts. */
  readonly physicalNetwork: string;
}

// What belongs to the cloud as a whole is in the administrator's project.
const cloudProject = "admin";
const memberRole = "member";
const networkName = "guests";

/**
 * What a first guest needs (the paper's steps 57 to 61): a project and its member, a network with
 * addresses, an image and sizes, and a way in by ping and SSH.
 */
export class TenantDefaults extends Concern {
  constructor(name: string, args: TenantDefaultsArgs, options: ConcernOptions = {}) {
    super("TenantDefaults", name, options);
    const { site, password, draw, publicKey, image, physicalNetwork } = args;
    const { project, member, flavors, limits } = site.tenant;
    const host = site.controller.name;

    const tenant = new Project(
      `${name}-project`,
      { host, key: { name: project }, value: { description: "Where guests are" } },
      // Keystone would delete it with guests in it, which then are nobody's.
      { ...this.after(), protect: site.protectData },
    );
    const user = new User(
      `${name}-member`,
      {
        host,
        key: { name: member },
        value: { defaultProject: project },
        secrets: { password: { value: password.value, draw } },
      },
      this.after(tenant),
    );
    new RoleAssignment(
      `${name}-member-role`,
      { host, key: { user: member, project, role: memberRole }, value: {} },
      this.after(user),
    );
    if (publicKey !== undefined) {
      const key = { name: member, user: member };
      new Keypair(`${name}-key`, { host, key, value: { publicKey } }, this.after(user));
    }
    const quota = Object.entries(limits).map(([what, most]) => [`compute/${what}`, most]);
    new Quota(
      `${name}-limits`,
      { host, key: { project }, value: Object.fromEntries(quota) },
      this.after(tenant),
    );

    for (const [what, key] of Object.entries(waysIn)) {
      new SecurityGroupRule(
        `${name}-allow-${what}`,
        { host, key: { project, ...key }, value: {} },
        this.after(tenant),
      );
    }
    this.#network(name, site, physicalNetwork);
    if (image) {
      const { name: imageName, ...bytes } = image;
      new Image(
        `${name}-image-${imageName}`,
        { host, key: { name: imageName, project: cloudProject }, value: bytes },
        { ...this.after(), protect: site.protectData },
      );
    }
    for (const [flavor, size] of Object.entries(flavors)) {
      new Flavor(
        `${name}-flavor-${flavor}`,
        { host, key: { name: flavor }, value: size },
        this.after(),
      );
    }
    this.registerOutputs();
  }

  /** The one network, in which guests of every project are. Only the gateway may have its first address. */
  #network(name: string, { controller, networks, tenant }: Site, physicalNetwork: string): void {
    const host = controller.name;
    const made = new Network(
      `${name}-network`,
      {
        host,
        key: { name: networkName, project: cloudProject },
        value: { type: "flat", physicalNetwork, shared: true, external: true },
      },
      this.after(),
    );
    new Subnet(
      `${name}-subnet`,
      {
        host,
        key: { name: networkName, network: networkName, project: cloudProject },
        value: { cidr: networks.vms, gateway: networks.vmsGateway, dns: [...tenant.dns] },
      },
      this.after(made),
    );
  }
}

// In the group that every guest is in unless it says otherwise; all else stays outside.
const waysIn = {
  ping: { protocol: "icmp" },
  ssh: { protocol: "tcp", ports: "22" },
} as const;
