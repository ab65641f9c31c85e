import { readdirSync } from "node:fs";
import type { Fixture } from "./laws.ts";

// A fixture of any kind; the laws do not care which.
// biome-ignore lint/suspicious/noExplicitAny: fixtures of every Key and Value stand in one list.
export type AnyFixture = Fixture<any, any>;

/** Every fixture beside the tests of the kinds: one file each, which exports `fixture` or `fixtures`. */
export async function allFixtures(): Promise<AnyFixture[]> {
  const folder = new URL("./providers/", import.meta.url);
  const files = readdirSync(folder, { encoding: "utf8", recursive: true }).filter((name) =>
    name.endsWith(".fixture.ts"),
  );
  const modules = await Promise.all(files.sort().map((name) => import(new URL(name, folder).href)));
  return modules.flatMap((module) => module.fixtures ?? [module.fixture]);
}
