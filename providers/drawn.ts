import { certificate, certificateAuthority } from "./certificate.ts";
import type { Drawn } from "./drawn-resource.ts";
import { password } from "./password.ts";
import { isUnknown, pick } from "./values.ts";

// What the provider objects in the state call (design §4, fact 1). These names and arguments are a
// format: an old state must find them here.

type Props = Record<string, unknown>;

// biome-ignore lint/suspicious/noExplicitAny: the table holds drawn things of all inputs and outputs.
const kinds: Readonly<Record<string, Drawn<any, any>>> = {
  Password: password,
  CertificateAuthority: certificateAuthority,
  Certificate: certificate,
};

function kindNamed(name: string) {
  const kind = kinds[name];
  if (kind) return kind;
  throw new Error(
    `the state holds a ${name}, which this version of Quintet does not know.\n  Next: use the version that made it, or a newer one.`,
  );
}

/** The schema's complaints, by property. What is not known yet is let through. */
export function check(kind: string, ...given: [Props] | [Props, Props]) {
  // What an older state holds gives the wish alone; what was drawn has no say in it.
  const news = given[1] ?? given[0];
  const result = kindNamed(kind).inputs.safeParse(own(news));
  if (result.success) return { inputs: { ...news, ...result.data }, failures: [] };
  const failures = result.error.issues
    .filter((issue) => !isUnknown(at(news, issue.path)))
    .map((issue) => ({ property: issue.path.map(String).join("."), reason: issue.message }));
  return { inputs: news, failures };
}

/** What was drawn stays until an input moves, or it comes to its end. */
export function diff(kind: string, olds: Props, news: Props) {
  return { changes: isUnknown(own(news)) || kindNamed(kind).stale(olds, own(news)) };
}

/** Draws for the first time. */
export async function create(kind: string, news: Props) {
  return { id: kind, outs: await kindNamed(kind).draw(own(news)) };
}

/** Draws anew only for a reason: an update may come from a change that does not concern what was drawn. */
export async function update(kind: string, olds: Props, news: Props) {
  const { stale, draw } = kindNamed(kind);
  return { outs: stale(olds, own(news)) ? await draw(own(news)) : olds };
}

function own(props: Props): Props {
  const names = Object.keys(props).filter((name) => name !== "__provider");
  return pick(props, names);
}

function at(value: unknown, path: readonly PropertyKey[]): unknown {
  const [first, ...rest] = path;
  if (first === undefined || typeof value !== "object" || value === null) return value;
  return at((value as Record<PropertyKey, unknown>)[first], rest);
}
