import { BadRequest } from "./errors.ts";

/** The network between the hosts, the one before the gateway, and who has which address in them. */
export const lan = { bridge: "lan", prefix: "192.168.0", operator: "192.168.0.254" } as const;
export const outside = { bridge: "pub", prefix: "203.0.113", internet: "203.0.113.1" } as const;
export const gatewayAlias = "gateway";

export interface Interface {
  readonly name: string;
  readonly bridge: typeof lan.bridge | typeof outside.bridge;
  readonly address: string;
  readonly mac: string;
}

export interface Host {
  readonly name: string;
  /** A light host is an sshd without systemd: enough to be looked at, and a hundred of them fit. */
  readonly light: boolean;
  /** The address on the LAN, where the operator reaches it. */
  readonly address: string;
  readonly interfaces: readonly Interface[];
  readonly defaultRoute: string;
}

export const mostLightHosts = 150;
const firstLightAddress = 101;

function onLan(name: string, number: number): Interface {
  return {
    name,
    bridge: lan.bridge,
    address: `${lan.prefix}.${number}`,
    mac: mac(1, number),
  };
}

function mac(network: number, number: number): string {
  return `52:54:00:b7:0${network}:${number.toString(16).padStart(2, "0")}`;
}

function host(name: string, light: boolean, own: Interface, more: readonly Interface[] = []): Host {
  return {
    name,
    light,
    address: own.address,
    interfaces: [own, ...more],
    defaultRoute: more.length > 0 ? outside.internet : `${lan.prefix}.1`,
  };
}

const publicInterface: Interface = {
  name: "eth0",
  bridge: outside.bridge,
  address: `${outside.prefix}.2`,
  mac: mac(0, 2),
};

/** The five hosts of the cloud. compute1 is the gateway: it alone has an interface to the outside. */
export const fiveHosts: readonly Host[] = [
  host("controller", false, onLan("eth0", 5)),
  host("compute1", false, onLan("eth1", 1), [publicInterface]),
  host("compute2", false, onLan("eth1", 2)),
  host("compute3", false, onLan("eth1", 3)),
  host("compute4", false, onLan("eth1", 4)),
];

/** More compute hosts, for a stack that names them: compute5 to compute9. */
export const spareHosts: readonly Host[] = [5, 6, 7, 8, 9].map((number) =>
  host(`compute${number}`, false, onLan("eth1", number + 1)),
);

/** light1 to lightN. */
export function lightHosts(count: number): readonly Host[] {
  if (!Number.isInteger(count) || count < 1 || count > mostLightHosts) {
    throw new BadRequest(
      `--light takes a number from 1 to ${mostLightHosts}: the LAN ${lan.prefix}.0/24 has no more addresses.`,
    );
  }
  return Array.from({ length: count }, (_, index) =>
    host(`light${index + 1}`, true, onLan("eth1", firstLightAddress + index)),
  );
}

/** The host with this name; `gateway` is another name of compute1. */
export function hostNamed(name: string): Host {
  const wanted = name === gatewayAlias ? "compute1" : name;
  const whole = [...fiveHosts, ...spareHosts].find((one) => one.name === wanted);
  if (whole !== undefined) return whole;
  const number = Number(/^light([1-9][0-9]*)$/.exec(wanted)?.[1] ?? Number.NaN);
  const light = number <= mostLightHosts ? lightHosts(number).at(-1) : undefined;
  if (light !== undefined) return light;
  throw new BadRequest(
    `there is no host "${name}": the hosts are ${fiveHosts.map((one) => one.name).join(", ")}, ` +
      `${gatewayAlias} (compute1), compute5 to compute9, and light1 to light${mostLightHosts}.`,
  );
}
