import type * as pulumi from "@pulumi/pulumi";
import { z } from "zod";
import { Refused } from "../errors.ts";
import type { Answers, CloudState } from "./contract.ts";
import { compute, type Item, items, only, query } from "./found.ts";
import { type CloudPromise, CloudResource } from "./resource.ts";

/** Where: the host, by the name under which its nova-compute reports. */
const key = z.strictObject({ host: z.string().min(1) });
const value = z.strictObject({ takesServers: z.literal(true).default(true) });

export type ComputeServiceKey = z.input<typeof key>;
export type ComputeServiceValue = z.infer<typeof value>;
/** A value as a program gives it: what has a default may be left out. */
export type ComputeServiceWish = z.input<typeof value>;

/**
 * A host that takes servers: Nova's service on it is enabled, and nobody has declared it dead. One that
 * has never reported, or is disabled, is the same as none. It is taken away only from a host on which no
 * server is, stopped ones among them: their disks, and maybe their processes, would be left behind.
 */
export const computeService = {
  kind: "ComputeService",
  key,
  value,

  probe: ({ host }) => ({
    // Of all hosts, for all promises.
    services: {
      service: "compute",
      path: "/v2.1/os-services?binary=nova-compute",
      list: "services",
    },
    servers: {
      service: "compute",
      path: `/v2.1/servers${query({ all_tenants: "1", host })}`,
      list: "servers",
    },
  }),

  parse(answers, { host }) {
    const found = serviceOf(answers, host);
    const takes = found?.status === "enabled" && found.forced_down !== true;
    return takes ? { takesServers: true } : undefined;
  },

  converge({ host }, want, have) {
    if (!want || have) return [];
    const call = (now: Answers) => {
      const found = serviceOf(now, host);
      if (found) return update(found, { status: "enabled", forced_down: false });
      throw new Refused(
        `Nova knows no host ${host}.\n  Next: on ${host}, journalctl -u nova-compute; on the controller, nova-manage cell_v2 discover_hosts --by-service.`,
      );
    };
    return [{ why: `let ${host} take servers (was disabled, or declared dead)`, call }];
  },

  /**
   * Asks for servers whatever the service is like: one that is disabled, or was found enabled, has as much
   * to lose. Asked again when it is closed: one may have been sent there meanwhile.
   */
  putBack({ host }, _kept, found) {
    const close = (now: Answers) => {
      refuseWithServers(host, items(now, "servers"));
      const service = serviceOf(now, host);
      if (found || !service || service.status === "disabled") return undefined;
      const reason = "The host is taken out of the cloud";
      return update(service, { status: "disabled", disabled_reason: reason });
    };
    return [
      { why: `let ${host} take no more servers`, call: close },
      { why: `look again that no server is on ${host}`, call: close },
    ];
  },

  subject: ({ host }) => host,
} satisfies CloudState<ComputeServiceKey, ComputeServiceValue>;

const update = ({ id }: Item, to: object) => compute("PUT", `os-services/${id}`, to);

function serviceOf(answers: Answers, host: string): Item | undefined {
  const found = items(answers, "services").filter((one) => one.host === host);
  return only(found, `services of Nova are on ${host}`);
}

function refuseWithServers(host: string, servers: readonly Item[]): void {
  if (servers.length === 0) return;
  const names = servers.map(({ name, id }) => `    ${name} (${id})`).join("\n");
  throw new Refused(
    `${host} still has servers, and is not taken out of the cloud:
${names}
  Next: move them (openstack server migrate --live-migration ID; a stopped one without that word), or delete them, and run again.`,
  );
}

/** A host that takes servers, in the cloud behind a controller. */
export class ComputeService extends CloudResource<
  ComputeServiceKey,
  ComputeServiceValue,
  ComputeServiceWish
> {
  constructor(
    name: string,
    promise: CloudPromise<ComputeServiceKey, ComputeServiceWish>,
    options?: pulumi.CustomResourceOptions,
  ) {
    super(computeService, name, promise, options);
  }
}
