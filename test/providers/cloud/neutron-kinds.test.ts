import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { network } from "../../../providers/cloud/network.ts";
import { securityGroupRule } from "../../../providers/cloud/security-group-rule.ts";
import { subnet } from "../../../providers/cloud/subnet.ts";
import { Refused } from "../../../providers/errors.ts";

const projects = [{ id: "600c", name: "admin" }];
// Answers of Neutron 2025.1, with what our kinds read.
const networks = [
  {
    id: "n1",
    name: "vms",
    project_id: "600c",
    "provider:network_type": "flat",
    "provider:physical_network": "provider",
    "provider:segmentation_id": null,
    "router:external": true,
    shared: true,
    mtu: 1500,
  },
];
const subnets = [
  {
    id: "s1",
    name: "vms",
    cidr: "10.0.0.0/24",
    gateway_ip: "10.0.0.1",
    allocation_pools: [{ start: "10.0.0.100", end: "10.0.0.200" }],
    dns_nameservers: [],
    enable_dhcp: true,
  },
];
const vms = { name: "vms", project: "admin" };

describe("a network", () => {
  const wish = { physicalNetwork: "provider", shared: true, external: true };
  const want = network.value.parse(wish);
  const live = network.parse({ projects, networks }, vms);
  const have = live && network.own(want, live);

  test("is read in the form of a wish, and what is not declared is Neutron's own", () => {
    assert.equal(live?.mtu, 1500);
    assert.deepEqual(have, want);
  });

  test("is changed key by key", () => {
    const edits = network.converge(vms, { ...want, shared: false }, have);
    assert.deepEqual(
      edits.map((edit) => edit.call({ projects, networks })),
      [
        {
          method: "PUT",
          service: "network",
          path: "/v2.0/networks/n1",
          body: { network: { shared: false } },
        },
      ],
    );
  });

  test("on another wire is refused: servers hang on it", () => {
    assert.throws(
      () => network.converge(vms, { ...want, physicalNetwork: "other" }, have),
      (error) =>
        error instanceof Refused && /flat on other\n.*flat on provider/.test(error.message),
    );
  });
});

describe("a subnet", () => {
  const at = { ...vms, network: "vms" };
  const want = subnet.value.parse({
    cidr: "10.0.0.0/24",
    gateway: "10.0.0.1",
    pools: ["10.0.0.100-10.0.0.200"],
  });
  const have = subnet.parse({ projects, networks, subnets }, at);

  test("is read in the form of a wish", () => {
    assert.deepEqual(have, want);
  });

  test("gets a gateway and the pools around it in one request", () => {
    const wish = { ...want, gateway: "none", pools: ["10.0.0.1-10.0.0.9"] };
    const [edit, ...more] = subnet.converge(at, wish, have);
    assert.equal(more.length, 0);
    assert.deepEqual(edit?.call({ projects, networks, subnets })?.body, {
      subnet: {
        gateway_ip: null,
        allocation_pools: [{ start: "10.0.0.1", end: "10.0.0.9" }],
      },
    });
  });

  test("of other addresses is refused", () => {
    assert.throws(
      () => subnet.converge(at, { ...want, cidr: "10.1.0.0/24" }, have),
      (error) =>
        error instanceof Refused && /10\.1\.0\.0\/24\n.*10\.0\.0\.0\/24/.test(error.message),
    );
  });
});

describe("a rule of a security group", () => {
  const at = { project: "admin", protocol: "tcp", ports: "22" } as const;
  const rule = {
    id: "r1",
    direction: "ingress",
    ethertype: "IPv4",
    protocol: "tcp",
    port_range_min: 22,
    port_range_max: 22,
    remote_ip_prefix: null,
    remote_group_id: null,
    remote_address_group_id: null,
  };
  const seen = (...rules: object[]) =>
    securityGroupRule.parse({ projects, security_group_rules: rules }, at);

  test("is there when one says the same, in whichever words for everybody", () => {
    assert.deepEqual(seen(rule), { allowed: true });
    assert.deepEqual(seen({ ...rule, remote_ip_prefix: "0.0.0.0/0" }), { allowed: true });
  });

  test("is absent when one says more, less or something else", () => {
    const others = [
      { port_range_max: 23 },
      { remote_ip_prefix: "10.0.0.0/24" },
      { remote_group_id: "g1" },
      { ethertype: "IPv6" },
      { direction: "egress" },
      { protocol: null },
    ];
    assert.equal(seen(...others.map((one) => ({ ...rule, ...one }))), undefined);
  });

  test("is made in the group of that project, for that project", () => {
    const [allow] = securityGroupRule.converge(at, { allowed: true }, undefined);
    assert.equal(
      allow?.why,
      "allow tcp 22 from anywhere (IPv4) in the security group default of admin (was absent)",
    );
    const now = { projects, security_groups: [{ id: "g0", name: "default" }] };
    assert.deepEqual(allow?.call(now)?.body, {
      security_group_rule: {
        security_group_id: "g0",
        project_id: "600c",
        direction: "ingress",
        ethertype: "IPv4",
        protocol: "tcp",
        port_range_min: 22,
        port_range_max: 22,
        remote_ip_prefix: null,
      },
    });
  });

  test("that opens ports of what has none is wrong before anybody is asked", () => {
    const icmp = securityGroupRule.key.safeParse({ ...at, protocol: "icmp" });
    assert.match(icmp.error?.message ?? "", /only tcp and udp/);
  });
});
