import type * as pulumi from "@pulumi/pulumi";
import { z } from "zod";
import type { Answers, CloudState } from "./contract.ts";
import {
  type Item,
  idOf,
  inNetworking,
  items,
  named,
  networking,
  ofProject,
  only,
  projects,
} from "./found.ts";
import { type CloudPromise, CloudResource } from "./resource.ts";

/** Where: all that a rule says. A rule that says something else is another one. */
const key = z
  .strictObject({
    /** Every project has the group "default", in which its servers are unless they say otherwise. */
    group: z.string().min(1).default("default"),
    ...ofProject,
    direction: z.enum(["ingress", "egress"]).default("ingress"),
    ethertype: z.enum(["IPv4", "IPv6"]).default("IPv4"),
    /** Left out for all. */
    protocol: z.enum(["icmp", "tcp", "udp"]).exactOptional(),
    /** "22", or "8000-8100". Left out for all. */
    ports: z
      .string()
      .regex(/^\d+(-\d+)?$/, 'one, or the first and the last: "8000-8100"')
      .exactOptional(),
    /** The network at the other end: "10.0.0.0/24". Left out for any. */
    remote: z
      .string()
      .regex(/^[0-9a-f.:]+\/[1-9]\d*$/, 'a network, "10.0.0.0/24"; left out for any')
      .exactOptional(),
  })
  .refine(
    ({ protocol, ports }) => ports === undefined || protocol === "tcp" || protocol === "udp",
    {
      path: ["ports"],
      message: "only tcp and udp have ports",
    },
  );
const value = z.strictObject({ allowed: z.literal(true).default(true) });

export type SecurityGroupRuleKey = z.input<typeof key>;
export type SecurityGroupRuleValue = z.infer<typeof value>;
/** A value as a program gives it: what has a default may be left out. */
export type SecurityGroupRuleWish = z.input<typeof value>;

/** One thing that a security group lets through; what none of its rules allows is dropped. */
export const securityGroupRule = {
  kind: "SecurityGroupRule",
  key,
  value,

  // Neutron makes a project's default group when it is first asked for the groups of that project.
  probe: (at) => ({
    projects: projects(at),
    security_groups: inNetworking(at.project, "security_groups"),
    // All of a group in one list, which serves the promises about its other rules as well.
    security_group_rules: (known) => {
      const found = groupOf(known, at);
      const path = `/v2.0/security-group-rules?security_group_id=${found?.id}`;
      return found && { service: "network", path, list: "security_group_rules" };
    },
  }),

  parse: (answers, at) => (ruleOf(answers, at) ? { allowed: true } : undefined),

  converge(at, want, have) {
    if ((want === undefined) === (have === undefined)) return [];
    const what = `${spoken(at)} in the security group ${at.group ?? "default"} of ${at.project}`;
    if (want) {
      const call = (now: Answers) =>
        networking("POST", "security-group-rules", { security_group_rule: sent(now, at) });
      return [{ why: `allow ${what} (was absent)`, call }];
    }
    const call = (now: Answers) =>
      networking("DELETE", `security-group-rules/${idOf(ruleOf(now, at), `rule for ${what}`)}`);
    return [{ why: `allow ${what} no longer`, call }];
  },
} satisfies CloudState<SecurityGroupRuleKey, SecurityGroupRuleValue>;

function groupOf(answers: Answers, { group = "default" }: SecurityGroupRuleKey) {
  return named(answers, "security_groups", group);
}

function ruleOf(answers: Answers, at: SecurityGroupRuleKey): Item | undefined {
  const { direction = "ingress", ethertype = "IPv4", protocol, remote } = at;
  const [first, last] = portsOf(at);
  const same = items(answers, "security_group_rules").filter(
    (one) =>
      one.direction === direction &&
      one.ethertype === ethertype &&
      one.protocol === (protocol ?? null) &&
      one.port_range_min === first &&
      one.port_range_max === last &&
      one.remote_group_id === null &&
      (one.remote_address_group_id ?? null) === null &&
      (isAny(one.remote_ip_prefix) ? undefined : one.remote_ip_prefix) === remote,
  );
  return only(same, `rules say ${spoken(at)}`);
}

/** Everybody, said in one of three ways. */
function isAny(prefix: unknown): boolean {
  return prefix === null || prefix === "0.0.0.0/0" || prefix === "::/0";
}

function portsOf({ ports }: SecurityGroupRuleKey): readonly [number | null, number | null] {
  if (ports === undefined) return [null, null];
  const [first, last = first] = ports.split("-").map(Number);
  return [first ?? null, last ?? null];
}

function sent(now: Answers, at: SecurityGroupRuleKey): object {
  const { direction = "ingress", ethertype = "IPv4", protocol, remote } = at;
  const [first, last] = portsOf(at);
  return {
    security_group_id: idOf(groupOf(now, at), `security group ${at.group} of ${at.project}`),
    // Whose else: the administrator's, and the project could neither see nor delete it.
    project_id: idOf(named(now, "projects", at.project), `project ${at.project}`),
    direction,
    ethertype,
    protocol: protocol ?? null,
    port_range_min: first,
    port_range_max: last,
    remote_ip_prefix: remote ?? null,
  };
}

function spoken(at: SecurityGroupRuleKey): string {
  const { direction = "ingress", ethertype = "IPv4", protocol = "all", ports, remote } = at;
  const which = ports === undefined ? protocol : `${protocol} ${ports}`;
  const end = direction === "ingress" ? "from" : "to";
  return `${which} ${end} ${remote ?? "anywhere"} (${ethertype})`;
}

/** A rule of a security group in the cloud behind a controller. */
export class SecurityGroupRule extends CloudResource<
  SecurityGroupRuleKey,
  SecurityGroupRuleValue,
  SecurityGroupRuleWish
> {
  constructor(
    name: string,
    promise: CloudPromise<SecurityGroupRuleKey, SecurityGroupRuleWish>,
    options?: pulumi.CustomResourceOptions,
  ) {
    super(securityGroupRule, name, promise, options);
  }
}
