import { Secret } from "../sh.ts";

/** A body as it is sent: with the secrets themselves. */
export function revealed(value: unknown): unknown {
  if (value instanceof Secret) return value.reveal();
  if (Array.isArray(value)) return value.map(revealed);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, part]) => [key, revealed(part)]));
}

/** A text without the secrets that a body holds: an API may repeat what it was sent. */
export function masked(text: string, body: unknown): string {
  return secretsIn(body)
    .filter((secret) => secret.length > 0)
    .reduce((clean, secret) => clean.replaceAll(secret, "[secret]"), text);
}

function secretsIn(value: unknown): string[] {
  if (value instanceof Secret) return [value.reveal()];
  return typeof value === "object" && value !== null ? Object.values(value).flatMap(secretsIn) : [];
}
