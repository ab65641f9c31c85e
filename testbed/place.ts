import { createHash } from "node:crypto";
import { homedir } from "node:os";
import { dirname, join, resolve } from "node:path";
import { BadRequest } from "./errors.ts";

/** Where one testbed lives, and what its things are called, so that several can run side by side. */
export interface Place {
  /** The run folder: disks of the hosts, keys, ssh config. Gone after `down`. */
  readonly folder: string;
  /** What the names of this testbed's namespaces, machines and cgroups begin with. */
  readonly prefix: string;
  /** What is fetched or built once and shared by all clones of this user. */
  readonly cache: string;
  readonly operatorNamespace: string;
  readonly internetNamespace: string;
  readonly sshConfig: string;
  readonly knownHosts: string;
  readonly key: string;
}

const clone = dirname(import.meta.dirname);

export function place(env: NodeJS.ProcessEnv = process.env): Place {
  const folder = resolve(env.QUINTET_TESTBED || join(clone, ".testbed"));
  const cache = resolve(env.XDG_CACHE_HOME || join(homedir(), ".cache"), "quintet");
  for (const path of [folder, cache]) {
    // Overlay and bind mounts, ssh_config and shells each give some other characters a meaning.
    if (/[^\p{L}\p{N} /._+@=~-]/u.test(path)) {
      throw new BadRequest(
        `the testbed cannot live at ${path}: only letters, digits, spaces and /._+@=~- may be in that path. ` +
          "Choose another one with QUINTET_TESTBED (the run folder) or XDG_CACHE_HOME (the cache).",
      );
    }
  }
  const prefix = `quintet-${createHash("sha256").update(folder).digest("hex").slice(0, 8)}`;
  return {
    folder,
    prefix,
    cache,
    operatorNamespace: `${prefix}-operator`,
    internetNamespace: `${prefix}-internet`,
    sshConfig: join(folder, "ssh_config"),
    knownHosts: join(folder, "known_hosts"),
    key: join(folder, "id_ed25519"),
  };
}

/** The folder of one host: its disk, its console's output, how it is wired. */
export function hostFolder(at: Place, host: string): string {
  return join(at.folder, "hosts", host);
}
