import type { Input } from "@pulumi/pulumi";
import { Flavor } from "../providers/cloud/flavor.ts";
import { Image } from "../providers/cloud/image.ts";
import { Keypair } from "../providers/cloud/keypair.ts";
import { Network } from "../providers/cloud/network.ts";
import { Project } from "../providers/cloud/project.ts";
import { RoleAssignment } from "../providers/cloud/role-assignment.ts";
import { SecurityGroupRule } from "../providers/cloud/security-group-rule.ts";
import { Subnet } from "../providers/cloud/subnet.ts";
import { User } from "../providers/cloud/user.ts";
import type { Password } from "../providers/password.ts";
import type { Host } from "../site/site.ts";
import { Concern, type ConcernOptions } from "./concern.ts";

/** The network in which guests are. It belongs to the cloud, and every project may use it. */
export interface GuestNetwork {
  readonly name: string;
  /** What Neutron's config calls the wire between the hosts. */
  readonly physicalNetwork: string;
  /** All its addresses: "10.0.0.0/24". */
  readonly cidr: string;
  /** The way out; nobody but the gateway may have it. */
  readonly gateway: string;
  /** The first and the last address that guests get: "10.0.0.100-10.0.0.200". */
  readonly pool: string;
  /** Name servers that guests ask. */
  readonly dns: readonly string[];
}

/** An image as a file of the machine that Pulumi runs on. */
export interface GuestImage {
  readonly name: string;
  /** From the project's folder. It is read only when the image is not in the cloud yet. */
  readonly file: string;
  /** "sha512:" and the digest. Another one under this name is refused: give a new image a new name. */
  readonly checksum: Input<string>;
  readonly diskFormat: string;
}

export interface TenantDefaultsArgs {
  readonly controller: Host;
  readonly project: string;
  /** Who works in the project, and is an administrator of nothing. */
  readonly member: string;
  readonly password: Password;
  /** A counter: when it moves, the member's password is another one. */
  readonly draw: number;
  /** With which the member logs in to guests. Another one under the same name is refused. */
  readonly publicKey: Input<string>;
  readonly network: GuestNetwork;
  readonly image: GuestImage;
  /** By name. A size that is changed is another flavor of that name; guests keep what they have. */
  readonly flavors: Readonly<
    Record<string, { readonly vcpus: number; readonly ram: number; readonly disk: number }>
  >;
  /** Images can't be deleted until this is false. */
  readonly protectData: boolean;
}

// What belongs to the cloud as a whole is in the administrator's project.
const cloudProject = "admin";
const memberRole = "member";

/**
 * What a first guest needs (the paper's steps 57 to 61): a project and its member, a network with
 * addresses, an image and sizes, and a way in by ping and SSH.
 */
export class TenantDefaults extends Concern {
  constructor(name: string, args: TenantDefaultsArgs, options: ConcernOptions = {}) {
    super("TenantDefaults", name, options);
    const { project, member, password, draw, publicKey, network, image, flavors } = args;
    const host = args.controller.name;

    const tenant = new Project(
      `${name}-project`,
      { host, key: { name: project }, value: { description: "Where guests are" } },
      this.after(),
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
    new Keypair(
      `${name}-key`,
      { host, key: { name: member, user: member }, value: { publicKey } },
      this.after(user),
    );

    for (const [what, key] of Object.entries(waysIn)) {
      new SecurityGroupRule(
        `${name}-allow-${what}`,
        { host, key: { project, ...key }, value: {} },
        this.after(tenant),
      );
    }
    this.#network(name, host, network);

    const { name: imageName, ...bytes } = image;
    new Image(
      `${name}-image-${imageName}`,
      { host, key: { name: imageName, project: cloudProject }, value: bytes },
      { ...this.after(), protect: args.protectData },
    );
    for (const [flavor, size] of Object.entries(flavors)) {
      new Flavor(
        `${name}-flavor-${flavor}`,
        { host, key: { name: flavor }, value: size },
        this.after(),
      );
    }
    this.registerOutputs();
  }

  #network(name: string, host: string, wanted: GuestNetwork): void {
    const { name: network, physicalNetwork, cidr, gateway, pool, dns } = wanted;
    const made = new Network(
      `${name}-network`,
      {
        host,
        key: { name: network, project: cloudProject },
        value: { type: "flat", physicalNetwork, shared: true, external: true },
      },
      this.after(),
    );
    new Subnet(
      `${name}-subnet`,
      {
        host,
        key: { name: network, network, project: cloudProject },
        value: { cidr, gateway, pools: [pool], dns: [...dns] },
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
