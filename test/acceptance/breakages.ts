import { type HostName, hosts } from "./cloud.ts";
import { volumePath } from "./volume.ts";

/** Something that somebody breaks by hand, and all that a preview has to say about it. */
export interface Breakage {
  readonly what: string;
  readonly host: HostName;
  readonly script: string;
  /** "promise: key" of the thing itself. */
  readonly shows: readonly string[];
  /**
   * What else a preview shows because of it, each "host: promise: key" with the reason. Without a key:
   * nothing differs there yet, but what the promise follows will be written.
   */
  readonly along?: Readonly<Record<string, string>>;
}

const quietly = "DEBIAN_FRONTEND=noninteractive apt-get -qq";

function shown(promise: string, keys: readonly string[], because: string) {
  return Object.fromEntries(keys.map((key) => [`${promise}: ${key}`, because]));
}

/**
 * Each kind that lives on a host, and that `up` may repair by itself, at least once. Not GlusterPeers:
 * Gluster lets no member go that has a brick; nor Task: hosts that emulate guests have none.
 */
export const breakages: readonly Breakage[] = [
  {
    what: "a package is removed",
    host: "controller",
    script: `${quietly} purge chrony`,
    shows: ["Packages controller-baseline-packages: chrony"],
    along: {
      ...shown(
        "controller: File controller-baseline-time",
        ["content", "group", "mode", "owner"],
        "the purge takes its configuration along",
      ),
      ...shown(
        "controller: Service controller-baseline-time-service",
        ["active", "config", "enabled", "files", "follow"],
        "the purge takes its unit along, so that nothing of it is there",
      ),
    },
  },
  {
    what: "an option of the volume is changed",
    host: "controller",
    script: "gluster --mode=script volume set instances network.ping-timeout 42",
    shows: ["GlusterVolume instances-volume: option/network.ping-timeout"],
    along: Object.fromEntries(
      // The mount on compute3 is broken itself, below, and shows by its key.
      hosts
        .filter((host) => host !== "compute3")
        .map((host) => [
          `${host}: Mount instances-${host}-mount: `,
          "a mount is looked at again when its volume was written",
        ]),
    ),
  },
  {
    what: "a rule is deleted",
    host: "compute1",
    script: "iptables -t nat -D quintet-masquerade 1",
    shows: ["IptablesRules gateway-masquerade: 10-lan"],
  },
  {
    what: "forwarding is switched off",
    host: "compute1",
    script: "sysctl -q -w net.ipv4.ip_forward=0",
    shows: ["Sysctl gateway-net.ipv4.ip_forward: runtime"],
  },
  {
    what: "a key of an ini file is edited and another deleted",
    host: "compute2",
    script:
      "systemctl stop libvirtd.service; sed -i 's/^migrate_tls_force *=.*/migrate_tls_force = 0/; /^migration_port_min *=/d' /etc/libvirt/qemu.conf",
    shows: [
      "IniFile compute2-hypervisor-/etc/libvirt/qemu.conf: /migrate_tls_force",
      "IniFile compute2-hypervisor-/etc/libvirt/qemu.conf: /migration_port_min",
    ],
    along: {
      "compute2: Service compute2-hypervisor-libvirtd.service: ":
        "the daemon sleeps behind its sockets, and is looked at again when its files were written",
    },
  },
  {
    what: "a line is doubled in fstab",
    host: "compute2",
    script: `grep -F ' ${volumePath} ' /etc/fstab >/run/line && cat /run/line >>/etc/fstab; rm /run/line`,
    shows: [`Lines instances-compute2-fstab: ${volumePath}`],
  },
  {
    what: "a secret key is deleted",
    host: "compute3",
    script: "systemctl stop libvirtd.service; rm /etc/pki/libvirt/private/serverkey.pem",
    shows: ["content", "group", "mode", "owner"].map(
      (key) => `File compute3-hypervisor-/etc/pki/libvirt/private/serverkey.pem: ${key}`,
    ),
    along: {
      "compute3: Service compute3-hypervisor-libvirtd.service: ":
        "the daemon sleeps behind its sockets, and is looked at again when its files were written",
    },
  },
  {
    what: "a folder's mode is changed",
    host: "compute3",
    script: "chmod 755 /etc/pki/libvirt/private",
    shows: ["Directory compute3-hypervisor-folder-/etc/pki/libvirt/private: mode"],
  },
  {
    what: "a mount is gone",
    host: "compute3",
    script: `umount ${volumePath}`,
    shows: ["Mount instances-compute3-mount: now"],
  },
  {
    what: "the process of a brick is killed",
    host: "compute2",
    script: `kill -9 "$(cat /run/gluster/vols/instances/*.pid)"`,
    shows: ["Brick instances-compute2-brick: process"],
  },
  {
    what: "a unit is stopped",
    host: "compute4",
    script: "systemctl stop chrony.service",
    shows: ["Service compute4-baseline-time-service: active"],
  },
  {
    what: "a unit is disabled",
    host: "compute4",
    script: "systemctl -q disable glusterd.service",
    shows: ["Service instances-compute4-daemon: enabled"],
  },
  {
    what: "a module is not loaded at boot any more",
    host: "compute4",
    script: "rm $(grep -lx tun /etc/modules-load.d/*)",
    shows: ["KernelModule compute4-hypervisor-tun: boot"],
  },
  {
    what: "a config is newer than its service",
    host: "compute1",
    // Back to what is promised, but only after the daemon has read something else.
    script: `cd /etc/chrony && cp -p chrony.conf /run/kept && echo '# other' >>chrony.conf &&
systemctl restart chrony && sleep 2 && cat /run/kept >chrony.conf && rm /run/kept`,
    shows: ["Service compute1-baseline-time-service: config"],
  },
];
