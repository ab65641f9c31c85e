import { readFile } from "node:fs/promises";
import { attempt } from "./command.ts";
import { MachineUnfit } from "./errors.ts";

/** The Debian archives that the hosts install from, by the name under which the cache serves them. */
export interface Mirrors {
  readonly debian: string;
  readonly "debian-security"?: string;
}

export const release = "trixie";

/**
 * Finds the Debian archives among the machine's apt sources, one "URI suite component" a line.
 * @param codename what the machine itself runs: its archive's suite bears that name
 */
export function mirrorsAmong(sources: string, codename: string): Partial<Mirrors> {
  const rows = sources
    .split("\n")
    .map((line) => line.trim().split(/\s+/))
    .filter((fields) => fields.length === 3 && fields[2] === "main");
  const uri = (suites: readonly string[]) =>
    rows.find(([, suite]) => suites.includes(suite ?? ""))?.[0]?.replace(/\/*$/, "");
  const debian = uri([codename, release, "stable"]);
  const security = uri([codename, release, "stable"].map((name) => `${name}-security`));
  return {
    ...(debian === undefined ? {} : { debian }),
    ...(security === undefined ? {} : { "debian-security": security }),
  };
}

/** Asks apt itself, which knows both forms of its sources. QUINTET_DEBIAN_MIRROR goes first. */
export async function machineMirrors(env: NodeJS.ProcessEnv = process.env): Promise<Mirrors> {
  const osRelease = await readFile("/etc/os-release", "utf8");
  const codename = /^VERSION_CODENAME="?([a-z]+)/m.exec(osRelease)?.[1] ?? release;
  const sources = await attempt([
    "apt-get",
    "indextargets",
    "--format",
    "$(REPO_URI) $(RELEASE) $(COMPONENT)",
    "Identifier: Packages",
  ]);
  const found = mirrorsAmong(sources.stdout, codename);
  const debian = env.QUINTET_DEBIAN_MIRROR?.replace(/\/*$/, "") || found.debian;
  if (debian === undefined) {
    throw new MachineUnfit(
      "this machine's apt sources name no Debian archive, which the hosts are built from. " +
        "Name one: QUINTET_DEBIAN_MIRROR=http://…/debian",
    );
  }
  return { ...found, debian };
}
