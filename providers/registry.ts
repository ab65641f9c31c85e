import { brick } from "./brick.ts";
import { bridge } from "./bridge.ts";
import type { Api } from "./cloud/api.ts";
import { cloudService } from "./cloud/cloud-service.ts";
import { computeService } from "./cloud/compute-service.ts";
import type { AnyCloudState } from "./cloud/contract.ts";
import { flavor } from "./cloud/flavor.ts";
import { CloudGround } from "./cloud/ground.ts";
import { image } from "./cloud/image.ts";
import { keypair } from "./cloud/keypair.ts";
import { network } from "./cloud/network.ts";
import { project } from "./cloud/project.ts";
import { quota } from "./cloud/quota.ts";
import { role } from "./cloud/role.ts";
import { roleAssignment } from "./cloud/role-assignment.ts";
import { securityGroupRule } from "./cloud/security-group-rule.ts";
import { subnet } from "./cloud/subnet.ts";
import { user } from "./cloud/user.ts";
import type { AnyState } from "./contract.ts";
import { database } from "./database.ts";
import { databaseAccount } from "./database-account.ts";
import { directory } from "./directory.ts";
import { file } from "./file.ts";
import { glusterPeers } from "./gluster-peers.ts";
import { glusterVolume } from "./gluster-volume.ts";
import type { Ground } from "./ground.ts";
import { HostGround } from "./host-ground.ts";
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
import type { Hosts } from "./transport/hosts.ts";

/** Every kind of fact about a host. `test/laws.ts` runs the laws for each. */
export const registry: readonly AnyState[] = [
  brick,
  bridge,
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

/** Every kind of fact that an API tells; the laws are the same. */
export const cloudRegistry: readonly AnyCloudState[] = [
  cloudService,
  computeService,
  flavor,
  image,
  keypair,
  network,
  project,
  quota,
  role,
  roleAssignment,
  securityGroupRule,
  subnet,
  user,
];

/**
 * The kind of this name, where it is looked at and changed.
 * @throws Error for a name that no kind has: a state that a newer Quintet has written.
 */
export function groundOf(name: string, hosts: Hosts, api: Api): Ground {
  const state = registry.find((one) => one.kind === name);
  if (state) return new HostGround(state, hosts);
  const cloudState = cloudRegistry.find((one) => one.kind === name);
  if (cloudState) return new CloudGround(cloudState, hosts, api);
  throw new Error(
    `the state holds a ${name}, a kind that this version of Quintet does not know.\n  Next: use the version that made it, or a newer one.`,
  );
}
