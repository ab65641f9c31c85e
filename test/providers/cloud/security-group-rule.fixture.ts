import {
  type SecurityGroupRuleKey,
  type SecurityGroupRuleValue,
  securityGroupRule,
} from "../../../providers/cloud/security-group-rule.ts";
import { sh } from "../../../providers/sh.ts";
import type { Fixture } from "../../laws.ts";
import { forget, make, pictureOf, seenIn, send } from "./as-admin.ts";
import { neutronPlace } from "./service-places.ts";

// Asked for the groups of a project, Neutron makes the one that every project has.
const group = "<v2.0/security-groups?project_id=<projects/laws>/default>";
const rules = `/v2.0/security-group-rules?security_group_id=${group}`;
const bring = sh`set -e
${make("projects", { project: { name: "laws", domain_id: "default" } })}
${send("GET", "/v2.0/security-groups?project_id=<projects/laws>")}`;
const theirs = (more: object) =>
  make("v2.0/security-group-rules", {
    security_group_rule: {
      security_group_id: group,
      project_id: "<projects/laws>",
      direction: "ingress",
      ...more,
    },
  });
const ssh = { protocol: "tcp", port_range_min: 22, port_range_max: 22 };

export const fixture: Fixture<SecurityGroupRuleKey, SecurityGroupRuleValue> = {
  ...neutronPlace,
  state: securityGroupRule,
  key: () => ({ project: "laws", protocol: "tcp", ports: "22" }),
  // There is one value: a rule that says something else is another one.
  wants: () => [{ allowed: true }, { allowed: true }],
  befores: () => ({
    "the group that every project has": bring,
    "that rule, with everybody written out": sh`${bring}
${theirs({ ...ssh, remote_ip_prefix: "0.0.0.0/0" })}`,
  }),
  others: () => ({
    make: theirs({ ...ssh, remote_ip_prefix: "10.9.0.0/24" }),
    see: sh`${seenIn(rules)} | grep 10.9.0`,
  }),
  picture: () => pictureOf(rules),
  cleanUp: () => sh`${send("DELETE", `/v2.0/security-groups/${group}`)} || true
${forget("projects/laws")}`,
};
