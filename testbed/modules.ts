import { existsSync } from "node:fs";
import { cp, mkdir, readFile, rm, writeFile } from "node:fs/promises";
import { release } from "node:os";
import { join } from "node:path";
import { run } from "./command.ts";
import type { Place } from "./place.ts";

// What hosts of a cloud ask for, on a machine whose kernel has everything built in and no list of it.
const usual = [
  ...["net/bridge/bridge", "net/bridge/br_netfilter", "net/802/stp", "net/llc/llc"],
  ...["net/netfilter/x_tables", "net/netfilter/nf_conntrack", "net/netfilter/nf_nat"],
  ...["net/netfilter/nf_tables", "net/netfilter/nft_compat", "net/netfilter/xt_conntrack"],
  ...["net/netfilter/xt_MASQUERADE", "net/netfilter/xt_comment", "net/netfilter/ipset/ip_set"],
  ...["net/ipv4/netfilter/ip_tables", "net/ipv4/netfilter/iptable_filter"],
  ...["net/ipv4/netfilter/iptable_nat", "net/ipv4/netfilter/iptable_mangle"],
  ...["drivers/net/tun", "drivers/net/veth", "drivers/net/macvlan", "drivers/net/vxlan/vxlan"],
  ...["fs/fuse/fuse", "fs/overlayfs/overlay", "fs/xfs/xfs", "drivers/block/loop"],
  ...["drivers/vhost/vhost", "drivers/vhost/vhost_net", "arch/x86/kvm/kvm"],
];

/**
 * Makes, in the run folder, the lists by which a host's modprobe knows what is in the kernel already:
 * a host loads nothing, and `modprobe` of what is there has to succeed as it does anywhere.
 */
export async function listModules(at: Place): Promise<void> {
  const top = join(at.folder, "modules");
  const folder = join(top, "lib/modules", release());
  if (existsSync(join(folder, "modules.dep"))) return;
  const builtin = await readFile(`/lib/modules/${release()}/modules.builtin`, "utf8").catch(
    () => "",
  );
  const loaded = (await readFile("/proc/modules", "utf8").catch(() => ""))
    .split("\n")
    .filter((line) => line !== "")
    .map((line) => `kernel/loaded/${line.split(" ")[0]}.ko\n`);
  const fallback = usual.map((name) => `kernel/${name}.ko\n`).join("");
  await mkdir(folder, { recursive: true });
  await writeFile(join(folder, "modules.builtin"), (builtin || fallback) + loaded.join(""));
  await writeFile(join(folder, "modules.order"), "");
  await writeFile(join(folder, "modules.builtin.modinfo"), "");
  await run(["depmod", "--basedir", top, release()]);
}

export async function giveModules(at: Place, disk: string): Promise<void> {
  const there = join(disk, "usr/lib/modules", release());
  await rm(there, { recursive: true, force: true });
  await mkdir(join(disk, "usr/lib/modules"), { recursive: true });
  await cp(join(at.folder, "modules/lib/modules", release()), there, { recursive: true });
}
