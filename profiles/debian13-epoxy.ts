import { sh } from "../providers/sh.ts";
import { cloud } from "./debian13/cloud.ts";
import { dashboard } from "./debian13/dashboard.ts";
import { guestVolumeOptions } from "./guest-volume.ts";
import type { Ownership, Profile } from "./profile.ts";

const rootFile: Ownership = { owner: "root", group: "root", mode: "0644" };
const rootFolder: Ownership = { owner: "root", group: "root", mode: "0755" };
/** QEMU's own range is where Gluster's bricks listen. */
const memoryPorts = [61_152, 61_215] as const;

/** libvirtd reads its own certificates as root; QEMU reads its as the guests' user. */
const rootSecret: Ownership = { owner: "root", group: "root", mode: "0600" };
const guestFile: Ownership = { owner: "root", group: "libvirt-qemu", mode: "0640" };

/** Debian 13 with OpenStack 2025.1 Epoxy, GlusterFS 11 and libvirt 11. */
export const debian13Epoxy: Profile = {
  name: "debian13-epoxy",
  operatingSystem: { ID: "debian", VERSION_ID: "13" },

  baseline: {
    packages: {
      chrony: "present",
      // Debian installs it with systemd; two programs must not set one clock.
      "systemd-timesyncd": "absent",
      kmod: "present",
      procps: "present",
      "iputils-ping": "present",
    },
    hostsFile: { path: "/etc/hosts", by: "field 1" },
    // The installer gives the host's own name this address, where no other host can reach it.
    unwantedHostsLines: ["127.0.1.1"],
    // The connections that services hold to each other live for days. By default two hours pass
    // before one to a host that lost its power is noticed; with these it is two and a half minutes.
    sysctls: { "net.ipv4.tcp_keepalive_time": "60", "net.ipv4.tcp_keepalive_intvl": "10" },
    time: {
      unit: "chrony.service",
      // The package's own file names Debian's pool, and a second file could only add to it.
      config: { path: "/etc/chrony/chrony.conf", ...rootFile },
      configText: (servers) =>
        [
          ...servers.map((server) => `server ${server} iburst`),
          "keyfile /etc/chrony/chrony.keys",
          "driftfile /var/lib/chrony/chrony.drift",
          "logdir /var/log/chrony",
          "maxupdateskew 100.0",
          "rtcsync",
          "makestep 1 3",
          "leapseclist /usr/share/zoneinfo/leap-seconds.list",
          "confdir /etc/chrony/conf.d",
          "",
        ].join("\n"),
      servers: ["0", "1", "2", "3"].map((number) => `${number}.debian.pool.ntp.org`),
      // The unit is skipped on a host without the right to set the clock; -x asks for no such right.
      withoutSteering: {
        path: "/etc/systemd/system/chrony.service.d/quintet.conf",
        ...rootFile,
        content: [
          "[Unit]",
          "ConditionCapability=",
          "[Service]",
          "ExecStart=",
          "ExecStart=!/usr/sbin/chronyd -x",
          "",
        ].join("\n"),
      },
    },
  },

  gateway: {
    packages: { iptables: "present" },
    sysctls: { "net.ipv4.ip_forward": "1" },
    masquerade: { table: "nat", chain: "quintet-masquerade", from: "POSTROUTING" },
    forward: { table: "filter", chain: "quintet-forward", from: "FORWARD" },
  },

  bridge: {
    name: "br100",
    leg: ["pv0", "pv1"],
    modules: ["br_netfilter"],
    // What passes through the bridge is not the host's own, and its rules are not for it.
    sysctls: {
      "net.bridge.bridge-nf-call-iptables": "0",
      "net.bridge.bridge-nf-call-ip6tables": "0",
    },
    // Whoever is told of a shorter way past the gateway leaves it with half of each conversation.
    gatewaySysctls: {
      "net.ipv4.conf.all.send_redirects": "0",
      "net.ipv4.conf.default.send_redirects": "0",
    },
  },

  gluster: {
    packages: { "glusterfs-server": "present", "glusterfs-client": "present", attr: "present" },
    unit: "glusterd.service",
    modules: ["fuse"],
    brick: rootFolder,
    options: guestVolumeOptions,
    allowOption: "auth.allow",
    folders: [
      { path: "/var/lib/nova", ...rootFolder },
      { path: "/var/lib/nova/instances", ...rootFolder },
    ],
    mount: { path: "/var/lib/nova/instances", type: "glusterfs", options: "defaults,_netdev" },
  },

  hypervisor: {
    packages: {
      "qemu-system-x86": "present",
      "qemu-utils": "present",
      "libvirt-daemon-system": "present",
      "libvirt-clients": "present",
    },
    modules: ["tun"],
    acceleration: {
      intel: { modules: ["kvm_intel"], requirements: [guestDevice("VT-x")] },
      amd: { modules: ["kvm_amd"], requirements: [guestDevice("AMD-V")] },
      none: { modules: [], requirements: [] },
    },
    daemon: {
      unit: "libvirtd.service",
      sockets: ["libvirtd.socket", "libvirtd-ro.socket", "libvirtd-admin.socket"],
      settings: {
        path: "/etc/libvirt/libvirtd.conf",
        // The default is the mainboard's id. Cheap boards, and hosts that are guests themselves,
        // share one, and libvirt then takes a migration for one to the same host.
        values: { "/host_uuid_source": '"machine-id"' },
      },
      guestSettings: (address) => ({
        path: "/etc/libvirt/qemu.conf",
        values: {
          // A guest's memory travels over the LAN, between hosts with certificates, and no other way.
          "/migration_address": `"${address}"`,
          "/migration_host": `"${address}"`,
          "/migrate_tls_x509_verify": "1",
          "/migrate_tls_force": "1",
          "/migration_port_min": String(memoryPorts[0]),
          "/migration_port_max": String(memoryPorts[1]),
        },
      }),
    },
    migration: {
      socket: "libvirtd-tls.socket",
      listenOn: (address) => ({
        path: "/etc/systemd/system/libvirtd-tls.socket.d/quintet.conf",
        ...rootFile,
        // FreeBind: at boot the socket may come before the address.
        content: `[Socket]\nListenStream=\nListenStream=${address}:16514\nFreeBind=yes\n`,
      }),
      openSockets: ["libvirtd-tcp.socket"],
      memoryPorts,
      certificates: {
        folders: [
          { path: "/etc/pki", ...rootFolder },
          { path: "/etc/pki/CA", ...rootFolder },
          { path: "/etc/pki/libvirt", ...rootFolder },
          { path: "/etc/pki/libvirt/private", ...rootFolder, mode: "0700" },
          { path: "/etc/pki/qemu", ...guestFile, mode: "0750" },
        ],
        authority: [
          { path: "/etc/pki/CA/cacert.pem", ...rootFile },
          { path: "/etc/pki/qemu/ca-cert.pem", ...guestFile },
        ],
        certificate: [
          { path: "/etc/pki/libvirt/servercert.pem", ...rootFile },
          { path: "/etc/pki/libvirt/clientcert.pem", ...rootFile },
          { path: "/etc/pki/qemu/server-cert.pem", ...guestFile },
          { path: "/etc/pki/qemu/client-cert.pem", ...guestFile },
        ],
        key: [
          { path: "/etc/pki/libvirt/private/serverkey.pem", ...rootSecret },
          { path: "/etc/pki/libvirt/private/clientkey.pem", ...rootSecret },
          { path: "/etc/pki/qemu/server-key.pem", ...guestFile },
          { path: "/etc/pki/qemu/client-key.pem", ...guestFile },
        ],
      },
    },
    // It suspends or shuts down guests when the host goes down; that is the cloud's decision.
    unwantedUnits: ["libvirt-guests.service"],
  },

  cloud,
  dashboard,
};

function guestDevice(extension: string) {
  return {
    name: `KVM with ${extension}`,
    check: sh`test -c /dev/kvm`,
    run: sh`echo ${`/dev/kvm is not there: switch ${extension} on in the firmware, or say hypervisor.acceleration: none`} >&2; exit 1`,
  };
}
