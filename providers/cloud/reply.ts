import type { Reply } from "./wire.ts";

/** What an API says in its own words: every service wraps them once, under a name of its own. */
export function messageOf({ body }: Reply): string {
  const inner = Object.values(body ?? {}).find((value) => typeof value === "object" && value);
  const said = (inner as { message?: unknown } | undefined)?.message ?? body?.message;
  return typeof said === "string" ? said : "no message";
}

/** What an operator can do about a refusal. */
export function nextAfter(status: number): string {
  if (status === 401) return "look whether /etc/openstack/clouds.yaml holds for the cloud admin.";
  if (status === 403) return "give the user in /etc/openstack/clouds.yaml the role for it (admin).";
  if (status === 404) return "promise first what this needs, or look whether somebody deletes it.";
  if (status === 409) return "look who has made the same thing under that name, and run again.";
  if (status === 413) return "raise the limit that the API names (a quota), or want less.";
  if (status === 429) return "too much was asked at once: run again later.";
  if (status >= 500) return "look into that service's log on its host, then run again.";
  return "correct what is wanted, by what the API says about it.";
}

/** The path of the next page, from its version on; each service says it in its own way. */
export function followed(body: Reply["body"], list: string, now: string): string | undefined {
  const links = body?.[`${list}_links`];
  const [link] = Array.isArray(links) ? links.filter((one) => one?.rel === "next") : [];
  const inner = (body?.links as { next?: unknown } | undefined)?.next;
  const next: unknown = link?.href ?? inner ?? body?.next;
  if (typeof next !== "string") return undefined;
  const { pathname, search } = new URL(next, "http://any");
  const path = `${pathname}${search}`.replace(/^.*?(?=\/v\d)/, "");
  return path === now ? undefined : path;
}
