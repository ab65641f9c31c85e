/** A network: its first and last address as numbers, and the length of its prefix. */
export interface Network {
  readonly first: number;
  readonly last: number;
  readonly prefix: number;
}

/** An address as a number; undefined for what is not four plain decimal numbers. */
export function addressNumber(text: string): number | undefined {
  if (!/^(?:(?:0|[1-9]\d{0,2})(?:\.(?!$)|$)){4}$/.test(text)) return undefined;
  const parts = text.split(".").map(Number);
  if (parts.some((part) => part > 255)) return undefined;
  return parts.reduce((sum, part) => sum * 256 + part, 0);
}

/** True for an IPv4 address, false for a name. */
export function isAddress(text: string): boolean {
  return addressNumber(text) !== undefined;
}

/** The number as an address. */
export function addressText(number: number): string {
  return [24, 16, 8, 0].map((bits) => Math.floor(number / 2 ** bits) % 256).join(".");
}

/** The network that "192.168.0.0/24" means, also when it is written with one of its hosts' addresses. */
export function network(text: string): Network | undefined {
  const [address = "", length = "", ...more] = text.split("/");
  const number = addressNumber(address);
  const prefix = Number(length);
  if (number === undefined || more.length > 0 || !/^(?:0|[1-9]\d?)$/.test(length) || prefix > 32) {
    return undefined;
  }
  const size = 2 ** (32 - prefix);
  const first = number - (number % size);
  return { first, last: first + size - 1, prefix };
}

/** The one way to write a network: its first address and its prefix. */
export function networkText({ first, prefix }: Network): string {
  return `${addressText(first)}/${prefix}`;
}

/** True for an address that a host may have: in the network, neither its first nor its last. */
export function canHold({ first, last }: Network, address: number): boolean {
  return first < address && address < last;
}

/** True when some address is in both. */
export function overlap(one: Network, other: Network): boolean {
  return one.first <= other.last && other.first <= one.last;
}

/** The lowest address that a host may have and that is not taken. */
export function freeAddress(within: Network, taken: ReadonlySet<number>): string | undefined {
  for (let address = within.first + 1; address < within.last; address += 1) {
    if (!taken.has(address)) return addressText(address);
  }
  return undefined;
}
