import type * as pulumi from "@pulumi/pulumi";
import { Password } from "../providers/password.ts";
import { ownPassword } from "../site/load.ts";
import { passwordNames } from "../site/schema.ts";
import type { PasswordName, Site } from "../site/site.ts";

/** The passwords of the cloud, and which draw of each it is. */
export interface Drawn {
  readonly passwords: Readonly<Record<PasswordName, Password>>;
  readonly draws: Readonly<Record<PasswordName, number>>;
}

/** Each service's own password: the one that somebody brought, or one drawn once per stack. */
export function drawPasswords(site: Site, options: pulumi.CustomResourceOptions): Drawn {
  const draws = passwordNames.map((name) => [name, site.rotation[name] + 1] as const);
  const passwords = draws.map(([name, draw]) => [
    name,
    new Password(`password-${name}`, { draw, own: ownPassword(site, name) }, options),
  ]);
  // Object.fromEntries forgets the names, which are exactly those of the list.
  return {
    passwords: Object.fromEntries(passwords) as Record<PasswordName, Password>,
    draws: Object.fromEntries(draws) as Record<PasswordName, number>,
  };
}
