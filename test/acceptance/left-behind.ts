import type { Allowed } from "./picture.ts";

/** What destroy does not put back, and why that is no harm. */
export const allowedAfterDestroy: readonly Allowed[] = [
  {
    line: /^[-+] etc .* \/etc\/(passwd|group|shadow|gshadow|subuid|subgid)-( |$)/,
    because: "the backups that useradd and userdel keep of the last state but one",
  },
  {
    line: /^\+ etc d \S+ root:root \/etc\/libvirt(\/secrets)? $/,
    because: "an empty folder that libvirtd makes itself, so that the purge does not know it",
  },
  {
    line: /^\+ tree . \S+ \S+ \/var\/lib\/(libvirt|libvirt\/qemu|machines|portables|systemd\/timers)$/,
    because: "folders that daemons and systemd make while they run, so that no package owns them",
  },
  {
    line: /^[-+] tree . \S+ \S+ \/var\/log\/(apt\/.*|dpkg\.log|alternatives\.log)$/,
    because: "a log tells what was done; it is not what was done",
  },
  {
    line: /^\+ tree f \S+ root:root \/var\/lib\/(ucf\/(registry|hashfile)\.\d|dpkg\/statoverride-old)$/,
    because: "the backups that dpkg and ucf keep of their own lists",
  },
  {
    line: /^\+ tree . \S+ \S+ \/run\/(adduser|apache2|gluster|glusterd\.socket|haproxy(-master\.sock|\.pid)?|libvirt|memcached|mysqld|netns|openvswitch|quintet)$/,
    because: "what daemons leave in /run is gone at the next boot",
  },
  {
    line: /^\+ tree f \S+ root:root \/run\/libvirtd\.pid$/,
    because: "libvirtd that ends for want of work leaves it, too, until the next boot",
  },
  {
    line: /^\+ (mount \/netns \/run\/netns .*|unit run-netns\.mount loaded active mounted|unit-file run-netns\.mount generated)$/,
    because: "ip mounts the folder of network namespaces at the first one's birth; it is empty",
  },
  {
    line: /^[-+] unit (network-(online|pre)|remote-fs-pre|time-sync)\.target loaded (in)?active (active|dead)$/,
    because: "a target that a unit asked for stays reached; it runs nothing",
  },
  {
    line: /^[-+] unit (ldconfig|systemd-(journal-catalog-update|sysusers|update-done))\.service loaded (in)?active (exited|dead)$/,
    because: "they run at a host's first boot alone, and the faults have booted it again",
  },
  {
    line: /^\+ unit machine\.slice loaded active active$/,
    because: "the empty cgroup in which libvirt's guests ran; it is gone at the next boot",
  },
];

/** What comes and goes by itself while the promises stand. */
export const comesAndGoes: readonly Allowed[] = [
  {
    line: /^[-+] (unit libvirtd\S*\.(service|socket) loaded \w+ \w+|tree f \S+ root:root \/run\/libvirtd\.pid)$/,
    because: "libvirtd ends after two minutes without work, and its sockets wake it again",
  },
  {
    line: /^[-+] tree d \S+ root:root \/run\/quintet$/,
    because: "our lock and notes are there from the first write after a boot",
  },
];
