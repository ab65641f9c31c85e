import { brick } from "./brick.ts";
import type { AnyState } from "./contract.ts";
import { database } from "./database.ts";
import { databaseAccount } from "./database-account.ts";
import { directory } from "./directory.ts";
import { file } from "./file.ts";
import { glusterPeers } from "./gluster-peers.ts";
import { glusterVolume } from "./gluster-volume.ts";
import { iniFile } from "./ini-file.ts";
import { iptablesRules } from "./iptables-rules.ts";
import { kernelModule } from "./kernel-module.ts";
import { lines } from "./lines.ts";
import { mount } from "./mount.ts";
import { packages } from "./packages.ts";
import { platform } from "./platform.ts";
import { queueAccount } from "./queue-account.ts";
import { service } from "./service.ts";
import { sysctl } from "./sysctl.ts";
import { task } from "./task.ts";

/** Every kind of fact about a host. `test/laws.ts` runs the laws for each. */
export const registry: readonly AnyState[] = [
  brick,
  database,
  databaseAccount,
  glusterPeers,
  glusterVolume,
  mount,
  directory,
  file,
  iniFile,
  iptablesRules,
  kernelModule,
  lines,
  packages,
  platform,
  queueAccount,
  service,
  sysctl,
  task,
];

/** @throws Error for a name that no kind has: a state that a newer Quintet has written. */
export function kindNamed(name: string): AnyState {
  const kind = registry.find((one) => one.kind === name);
  if (kind) return kind;
  throw new Error(
    `the state holds a ${name}, a kind that this version of Quintet does not know.\n  Next: use the version that made it, or a newer one.`,
  );
}
