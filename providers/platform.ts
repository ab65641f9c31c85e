import type * as pulumi from "@pulumi/pulumi";
import { z } from "zod";
import type { Change, HostState } from "./contract.ts";
import { type HostPromise, HostResource } from "./resource.ts";
import { sh } from "./sh.ts";

/** Where: the host as a whole. `freeMegabytes` is what its root file system needs to be of use. */
const key = z.strictObject({ freeMegabytes: z.int().min(0) });
const value = z.strictObject({
  /** ID and VERSION_ID of os-release(5): "debian 13". */
  system: z.string(),
  /** "enough", or what is left. */
  space: z.string().default("enough"),
  /** What the host calls itself, where others know it by that: nova-compute and Neutron's agents report so. */
  hostname: z.string().optional(),
  /** "192.168.0.2 on eth1 or br100": its address, the interface that has it, the bridge that may have taken it over. */
  lan: z
    .string()
    .regex(/^\S+ on \S+ or \S+$/)
    .optional(),
});

export type PlatformKey = z.infer<typeof key>;
export type PlatformValue = z.infer<typeof value>;

/**
 * What has to be true before anything else makes sense: the operating system that the profile is
 * written for, room on its disk, its address where the config has it, and where it matters the host's
 * own name. It cannot be made true from here, so its change only says what to do; everything else
 * depends on it.
 */
export const platform = {
  kind: "Platform",
  key,
  value,

  probe() {
    return sh`if [ -r /etc/os-release ]; then . /etc/os-release; echo "$ID $VERSION_ID"
elif [ -r /etc/redhat-release ]; then echo centos "$(sed 's/[^0-9.]//g' /etc/redhat-release)"
else uname -sr; fi
df -Pm / | awk 'NR == 2 { print $4 }'
uname -n
ip -o -4 addr show scope global`;
  },

  parse(stdout, { freeMegabytes }, declared?: z.infer<typeof value>) {
    const [system = "", free = "", hostname = "", ...addresses] = stdout.trim().split("\n");
    const space = Number(free) >= freeMegabytes ? "enough" : `${free} MB free on /`;
    const lan = declared?.lan;
    return { system, space, hostname, ...(lan !== undefined && { lan: lanOf(lan, addresses) }) };
  },

  own({ hostname, lan }, { hostname: name, lan: place, ...have }) {
    return {
      ...have,
      ...(hostname !== undefined && name !== undefined && { hostname: name }),
      ...(lan !== undefined && place !== undefined && { lan: place }),
    };
  },

  converge({ freeMegabytes }, want, have): Change[] {
    if (!want) return [];
    const failing = (why: string, advice: string) => ({
      why,
      script: sh`echo ${advice} >&2; exit 1`,
    });
    const changes: Change[] = [];
    if (have?.system !== want.system) {
      const found = `it runs ${have?.system}, the profile is written for ${want.system}`;
      changes.push(
        failing(
          `find the operating system of the profile: ${found}`,
          `${found}. Next: install ${want.system} on it, or choose the profile that fits (quintet:profile).`,
        ),
      );
    }
    if (have?.space !== want.space) {
      const found = `${have?.space}, ${freeMegabytes} MB are needed`;
      changes.push(
        failing(
          `find room on its disk: ${found}`,
          `${found}. Next: make room (du -xh / | sort -h).`,
        ),
      );
    }
    if (want.hostname !== undefined && have?.hostname !== want.hostname) {
      const found = `it calls itself ${have?.hostname}, and is called ${want.hostname} in quintet:hosts`;
      changes.push(
        failing(
          `find a host that knows its name: ${found}`,
          `${found}. Next: hostnamectl set-hostname ${want.hostname} on it.`,
        ),
      );
    }
    if (want.lan !== undefined && have?.lan !== want.lan) {
      const found = `found ${have?.lan ?? "nothing"}, wanted ${want.lan}`;
      changes.push(
        failing(
          `find its address in the LAN: ${found}`,
          `${found}. Next: correct its address or lanInterface in quintet:hosts, or give that interface the address (ip -4 addr shows who has which).`,
        ),
      );
    }
    return changes;
  },

  // Nothing was changed: a host that was not fit at first is not made so again.
  putBack: () => [],
} satisfies HostState<PlatformKey, PlatformValue>;

/** What is wanted where that holds, otherwise what is there instead, by the lines of `ip -o -4 addr`. */
function lanOf(wanted: string, lines: readonly string[]): string {
  const [, address = "", port = "", bridge = ""] = /^(\S+) on (\S+) or (\S+)$/.exec(wanted) ?? [];
  const seen = lines.flatMap((line) => {
    const [, device = "", text = ""] = /^\d+: ([^\s@]+)\S* +inet ([\d.]+)/.exec(line) ?? [];
    return text === "" ? [] : [{ device, text }];
  });
  const devices = seen.filter(({ text }) => text === address).map(({ device }) => device);
  if (devices.includes(port) || devices.includes(bridge)) return wanted;
  if (devices.length > 0) return `${address} on ${devices.join(", ")}`;
  const others = seen.filter(({ device }) => device === port).map(({ text }) => text);
  return `no ${address}, and ${others.join(", ") || "no address"} on ${port}`;
}

/** The operating system, the room, the name and the address that a host must have. */
export class Platform extends HostResource<PlatformKey, PlatformValue> {
  constructor(
    name: string,
    promise: HostPromise<PlatformKey, PlatformValue>,
    options?: pulumi.CustomResourceOptions,
  ) {
    super(platform, name, promise, options);
  }
}
