import type { Draft } from "../draft.ts";
import { type Problem, setSecret } from "../problems.ts";
import { leastPassword, passwordNames } from "../schema.ts";
import type { IsSecret } from "../secrets.ts";

/** What has no meaning of its own in a URL, an ini file, YAML or a shell. */
const harmless = /^[A-Za-z0-9._~-]*$/;

/** Passwords of one's own that are not encrypted, too short, or hold what a file or URL would misread. */
export function checkPasswords(draft: Draft, isSecret: IsSecret): readonly Problem[] {
  return passwordNames.flatMap((name) => {
    const password = draft.passwords?.[name];
    if (password === undefined) return [];
    const path = ["passwords", name];
    const found = isSecret(path) ? weakness(password) : inPlainText;
    if (!found) return [];
    const allowed = `an encrypted text of at least ${leastPassword} letters, digits and . _ ~ -`;
    return [{ path, found, allowed, fix: setSecret(path) }];
  });
}

const inPlainText = "a password in plain text (the file's history keeps it: choose another one)";

function weakness(password: string): string | undefined {
  if (password.length < leastPassword) return `a password of ${password.length} characters`;
  if (!harmless.test(password)) return "a password with characters that URLs or ini files misread";
  return undefined;
}
