import * as pulumi from "@pulumi/pulumi";
import { stackConfig } from "../providers/stack-file.ts";
import { secretPlaces } from "./secrets.ts";
import { type PasswordName, parseSite, type Site } from "./site.ts";

/**
 * The site of the stack that is being run.
 * @throws BadConfig with every problem there is.
 */
export function loadSite(): Site {
  const texts = pulumi.runtime.allConfig();
  const secretKeys = Object.keys(texts).filter((key) => engine.isConfigSecret(key));
  return parseSite(texts, secretPlaces(stackConfig(pulumi.getStack()), secretKeys));
}

/** The password that somebody brought, marked as a secret; undefined where one is to be drawn. */
export function ownPassword(site: Site, name: PasswordName): pulumi.Output<string> | undefined {
  const own = site.ownPasswords[name];
  return own && pulumi.secret(own.reveal());
}

// The SDK has this function and its own Config class uses it, but its published types leave it out.
const engine = pulumi.runtime as unknown as { isConfigSecret(key: string): boolean };
