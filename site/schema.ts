import { z } from "zod";
import { profileNames } from "../profiles/profile.ts";
import {
  address,
  flag,
  hostList,
  hostName,
  interfaceName,
  networkRange,
  operatorNetwork,
  wholeNumber,
} from "./formats.ts";
import { say } from "./said.ts";
import { tenantSchema } from "./tenant.ts";

/** What a host does; one host may do several of them. */
export const roles = ["controller", "compute", "gateway"] as const;

const role = say(z.enum(roles), { allowed: roles.join(", "), example: "compute" });

const host = say(
  z.strictObject({
    name: hostName("compute5"),
    aliases: say(z.array(hostName("gateway")), {
      allowed: "a list of further names of the host",
      example: "gateway",
      at: [0],
    }).default([]),
    address: address("192.168.0.6"),
    roles: say(z.array(role).min(1), {
      allowed: `a list of at least one of ${roles.join(", ")}`,
      example: "compute",
      at: [0],
    }),
    lanInterface: interfaceName("eth1"),
    publicInterface: interfaceName("eth0").optional(),
    publicAddress: address("203.0.113.2").optional(),
  }),
  {
    allowed: "a host: name, address, roles and lanInterface",
    example: "compute5",
    at: ["name"],
  },
);

/** The passwords that somebody may bring; each one left out is drawn. */
export const passwordNames = [
  "admin",
  "queue",
  "keystone",
  "glance",
  "placement",
  "nova",
  "neutron",
  "metadata",
  "member",
] as const;

export const leastPassword = 12;

// What has no meaning of its own in a URL, an ini file, YAML or a shell.
const password = say(z.string(), {
  allowed: `an encrypted text of at least ${leastPassword} letters, digits and . _ ~ -`,
});

/** What can be drawn anew by counting up. */
export const counterNames = [...passwordNames, "authority", "certificates"] as const;

/** The stack's config: every key under `quintet:` that there is. docs/configuration.md has them for users. */
export const schema = z.strictObject({
  profile: say(z.enum(profileNames), {
    allowed: `one of ${profileNames.join(", ")}`,
    example: profileNames[0] ?? "",
  }).default("debian13-epoxy"),
  sshConfig: say(z.string().min(1), {
    allowed: "the path of an OpenSSH client config that knows the hosts by name",
    example: "~/.ssh/config",
  }).default("~/.ssh/config"),
  hosts: say(z.array(host).min(1), {
    allowed: "a list of hosts, each with name, address, roles and lanInterface",
    example: "controller",
    at: [0, "name"],
  }),
  networks: say(
    z.strictObject({
      lan: networkRange("192.168.0.0/24"),
      vms: networkRange("10.0.0.0/24").default("10.0.0.0/24"),
      public: networkRange("203.0.113.0/24").optional(),
      operators: say(z.array(operatorNetwork), {
        allowed: "a list of IPv4 networks outside, a single address as 198.51.100.7/32",
        example: "198.51.100.7/32",
        at: [0],
      }).default([]),
      echo: say(z.string().regex(/^http:\/\/\S+$/), {
        allowed: "the http:// address of a page outside that tells callers their own address",
        example: "http://203.0.113.1/ip",
      }).optional(),
    }),
    {
      allowed: "a map of networks: lan, and if they differ from the default vms and public",
      example: "192.168.0.0/24",
      at: ["lan"],
    },
  ),
  gluster: say(
    z.strictObject({
      volume: say(z.string().regex(/^[A-Za-z0-9][A-Za-z0-9_-]{0,62}$/), {
        allowed: "a name of letters, digits, dashes and underscores",
        example: "instances",
      }).default("instances"),
      brick: say(z.string().regex(/^(\/[A-Za-z0-9_-][A-Za-z0-9._-]*){2,}$/), {
        allowed: "an absolute path of at least two folders, the last of which is the brick alone",
        example: "/export/brick/instances",
      }).default("/export/brick/instances"),
      replica: wholeNumber(2, 16).optional(),
      hosts: hostList("that hold a brick each").optional(),
    }),
    { allowed: "a map of volume, brick, replica and hosts", example: "instances", at: ["volume"] },
  ).prefault({}),
  hypervisor: say(
    z.strictObject({
      acceleration: say(z.enum(["intel", "amd", "none"]), {
        allowed: "intel, amd or none",
        example: "intel",
      }).default("intel"),
      datapath: say(z.enum(["kernel", "userspace"]), {
        allowed: "kernel or userspace",
        example: "kernel",
      }).default("kernel"),
    }),
    { allowed: "a map of acceleration and datapath", example: "intel", at: ["acceleration"] },
  ).prefault({}),
  time: say(
    z.strictObject({
      servers: say(
        z.array(
          say(z.string().regex(/^[A-Za-z0-9.:-]+$/), {
            allowed: "the name or address of a time server",
            example: "ntp.example.org",
          }),
        ),
        { allowed: "a list of time servers", example: "ntp.example.org", at: [0] },
      ).default([]),
      steersClock: flag(true).default(true),
    }),
    { allowed: "a map of servers and steersClock", example: true, at: ["steersClock"] },
  ).prefault({}),
  dashboard: say(
    z.strictObject({
      url: say(z.string().regex(/^https:\/\/[a-z0-9](?:[a-z0-9.-]*[a-z0-9])?(?::[1-9]\d{0,4})?$/), {
        allowed:
          "https:// with a host's name or address in small letters, and a port if it is not 443",
        example: "https://cloud.example.org",
      }).optional(),
      certificate: say(z.string(), {
        allowed: "a certificate in PEM, followed by those that lead to its authority",
        example: "$(cat fullchain.pem)",
      }).optional(),
      key: say(z.string(), { allowed: "the certificate's key in PEM, encrypted" }).optional(),
    }),
    {
      allowed: "a map of url, certificate and key",
      example: "https://cloud.example.org",
      at: ["url"],
    },
  ).prefault({}),
  passwords: say(z.strictObject(each(passwordNames, () => password.optional())), {
    allowed: `a map of encrypted passwords: ${passwordNames.join(", ")}`,
    at: ["admin"],
  }).prefault({}),
  rotation: say(z.strictObject(each(counterNames, () => wholeNumber(0, 1_000_000).default(0))), {
    allowed: `a map of counters: ${counterNames.join(", ")}`,
    example: 1,
    at: ["nova"],
  }).prefault({}),
  sizes: say(
    z.strictObject({
      workers: wholeNumber(1, 64).default(2),
      passwordRounds: wholeNumber(10, 16).default(12),
    }),
    { allowed: "a map of workers and passwordRounds", example: 2, at: ["workers"] },
  ).prefault({}),
  services: flag(true).default(false),
  tenant: tenantSchema.prefault({}),
  acceptance: flag(true).default(false),
  protectData: flag(true).default(true),
  down: hostList("that are away for a while").default([]),
  abandoned: hostList("that are gone for good").default([]),
});

/** The config as the program uses it, every default filled in. */
export type SiteConfig = z.infer<typeof schema>;

function each<Name extends string, Schema>(names: readonly Name[], schemaOf: () => Schema) {
  // Object.fromEntries forgets the names, which are exactly those of the list.
  return Object.fromEntries(names.map((name) => [name, schemaOf()])) as Record<Name, Schema>;
}
