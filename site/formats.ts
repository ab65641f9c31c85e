import { z } from "zod";
import { addressNumber, network, networkText } from "./ipv4.ts";
import { say } from "./said.ts";

// The texts and numbers of which the config is made, each with what a message says about it.

export const hostName = (example: string) =>
  say(z.string().regex(/^(?!localhost$)[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/), {
    allowed: "a host's name: small letters, digits and dashes, at most 63, not localhost",
    example,
  });

export const address = (example: string) =>
  say(
    z.string().refine((text) => addressNumber(text) !== undefined),
    {
      allowed: "an IPv4 address, four numbers from 0 to 255",
      example,
    },
  );

export const networkRange = (example: string) =>
  say(
    z.string().refine((text) => network(text) !== undefined),
    {
      allowed: "an IPv4 network, its first address and the length of its prefix",
      example,
    },
  );

export const operatorNetwork = say(
  z.string().refine((text) => {
    const found = network(text);
    return found !== undefined && networkText(found) === text && found.prefix > 0;
  }),
  {
    allowed: "an IPv4 network, its first address and the length of its prefix",
    example: "198.51.100.7/32",
  },
);

export const interfaceName = (example: string) =>
  say(z.string().regex(/^[A-Za-z0-9_.-]{1,15}$/), {
    allowed: "the name of a network interface, at most 15 letters, digits, dots and dashes",
    example,
  });

export const flag = (example: boolean) => say(z.boolean(), { allowed: "true or false", example });

export const wholeNumber = (least: number, most: number) =>
  say(z.number().int().min(least).max(most), {
    allowed: `a whole number from ${least} to ${most}`,
    example: Math.max(least, 1),
  });

export const hostList = (holding: string) =>
  say(z.array(hostName("compute3")), {
    allowed: `a list of names of hosts ${holding}`,
    example: "compute3",
    at: [0],
  });
