import { mkdir, readdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { run } from "./command.ts";
import { MachineUnfit, TestbedError } from "./errors.ts";
import { machineMirrors, release } from "./mirrors.ts";
import { slowly } from "./progress.ts";

const cloudKernel = "linux-image-cloud-amd64";

/**
 * Fetches Debian's cloud kernel, busybox and what else a guest is made of, and unpacks all of it into
 * one folder. Nothing is installed.
 * @param folder for the fetched files, which may go afterwards
 * @returns the folder with the unpacked packages
 */
export async function unpackedDebs(
  folder: string,
  guest: string,
  others: readonly string[] = [],
): Promise<string> {
  if (process.arch !== "x64") {
    throw new MachineUnfit(`${guest} is made for amd64 machines; this one is ${process.arch}.`);
  }
  const top = join(folder, "unpacked");
  await mkdir(top, { recursive: true });
  for (const deb of await fetchDebs(folder, guest, ["busybox-static", ...others])) {
    await run(["dpkg-deb", "-x", deb, top]);
  }
  return top;
}

/** Fetches with the machine's apt, which checks what comes, through package lists of their own. */
async function fetchDebs(
  folder: string,
  guest: string,
  packages: readonly string[],
): Promise<string[]> {
  const lists = join(folder, "apt");
  const debs = join(folder, "debs");
  await mkdir(join(lists, "state/lists/partial"), { recursive: true });
  await mkdir(join(lists, "cache/archives/partial"), { recursive: true });
  await mkdir(debs);
  const { debian } = await machineMirrors();
  const keyring = "/usr/share/keyrings/debian-archive-keyring.gpg";
  await writeFile(
    join(lists, "sources.list"),
    `deb [signed-by=${keyring}] ${debian} ${release} main\n`,
  );
  const settings = Object.entries({
    "Dir::Etc::sourcelist": join(lists, "sources.list"),
    "Dir::Etc::sourceparts": join(lists, "none"),
    "Dir::State": join(lists, "state"),
    "Dir::Cache": join(lists, "cache"),
    "Acquire::Languages": "none",
    "APT::Sandbox::User": "root",
    // What a desktop's software catalogue would fetch too, five times as large.
    "Acquire::IndexTargets::deb::DEP-11::DefaultEnabled": "false",
  }).flatMap(([name, value]) => ["-o", `${name}=${value}`]);
  await slowly(`reading the package lists for ${guest}`, [
    ...["apt-get", ...settings, "-q", "update"],
  ]);
  const depends = await run(["apt-cache", ...settings, "depends", cloudKernel]);
  const kernel = /Depends: (linux-image-\S+)/.exec(depends)?.[1];
  if (kernel === undefined) throw new TestbedError(`${debian} ${release} has no cloud kernel.`);
  const fetch = ["apt-get", ...settings, "-q", "download", kernel, ...packages];
  const inFolder = ["sh", "-c", 'cd "$0" && exec "$@"', debs];
  await slowly(`fetching the kernel of ${guest} (35 MB, once)`, [...inFolder, ...fetch]);
  return (await readdir(debs)).map((name) => join(debs, name));
}

/** The one file of the unpacked packages whose path, with a slash before it, is of the pattern. */
export async function theOne(top: string, pattern: RegExp): Promise<string> {
  const names = await readdir(top, { recursive: true });
  const name = names.find((one) => pattern.test(`/${one}`));
  if (name === undefined) throw new TestbedError(`the fetched packages hold no ${pattern.source}.`);
  return join(top, name);
}

const libraryFolder = "usr/lib/x86_64-linux-gnu";
export const loader = "ld-linux-x86-64.so.2";

/** The command that runs a program of the packages on their own libraries: the machine's may be older. */
export function onOwnLibraries(top: string, program: string): string[] {
  const folder = join(top, libraryFolder);
  return [join(folder, loader), "--library-path", folder, join(top, program)];
}

/** The libraries that a program of the packages loads, its loader among them. */
export async function librariesOf(top: string, program: string): Promise<string[]> {
  const [first = "", ...rest] = onOwnLibraries(top, program);
  const listed = await run([first, "--list", ...rest]);
  const folder = join(top, libraryFolder);
  return [...listed.matchAll(/=> (.+) \(0x/g)].map(([, path = ""]) => {
    if (path.startsWith(folder)) return path;
    throw new TestbedError(`${program} would load ${path}, which is not of the fetched packages.`);
  });
}
