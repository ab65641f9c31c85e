import * as pulumi from "@pulumi/pulumi";
import { BadStackFile, stackConfig } from "../providers/stack-file.ts";
import { BadConfig, remove } from "./problems.ts";
import { secretPlaces } from "./secrets.ts";
import { type PasswordName, parseSite, type Site } from "./site.ts";
import { type GuestImage, guestImageOf, publicKeyOf } from "./tenant-files.ts";

/**
 * The site of the stack that is being run.
 * @throws RunError with every problem of the config: of this error, Pulumi shows the message alone.
 */
export function loadSite(): Site {
  const site = told(() => {
    const texts = pulumi.runtime.allConfig();
    const secretKeys = Object.keys(texts).filter((key) => engine.isConfigSecret(key));
    return parseSite(texts, secretPlaces(stackConfig(pulumi.getStack()), secretKeys));
  });
  for (const warning of leftListed(site)) void pulumi.log.warn(warning);
  return site;
}

/**
 * What an operator has to be told of hosts that have left `hosts` and still stand on `abandoned`: the last
 * one first, for a place that is taken out moves all behind it up.
 */
function leftListed({ hosts, abandoned }: Site): readonly string[] {
  const warnings = [...abandoned].flatMap((name, index) => {
    if (hosts.some((host) => host.name === name)) return [];
    const fix = remove(["abandoned", index]);
    return [
      `quintet:abandoned names ${name}, which is no host any more: an up lets go of its promises.\n  Next: after that up: ${fix}`,
    ];
  });
  return warnings.reverse();
}

/**
 * What the config of the tenant names by its file on this machine.
 * @throws RunError where a file cannot be read
 */
export function tenantFiles({ tenant }: Site): {
  readonly publicKey: string | undefined;
  readonly image: GuestImage | undefined;
} {
  const stack = pulumi.getStack();
  return told(() => ({
    publicKey: publicKeyOf(tenant, stack),
    image: guestImageOf(tenant, stack),
  }));
}

function told<Result>(work: () => Result): Result {
  try {
    return work();
  } catch (error) {
    if (error instanceof BadConfig || error instanceof BadStackFile) {
      throw new pulumi.RunError(error.message);
    }
    throw error;
  }
}

/** The password that somebody brought, marked as a secret; undefined where one is to be drawn. */
export function ownPassword(site: Site, name: PasswordName): pulumi.Output<string> | undefined {
  const own = site.ownPasswords[name];
  return own && pulumi.secret(own.reveal());
}

// The SDK has this function and its own Config class uses it, but its published types leave it out.
const engine = pulumi.runtime as unknown as { isConfigSecret(key: string): boolean };
