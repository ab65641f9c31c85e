/** The user and group that the packages of Nova have on every host, so that hosts agree by number. */
const nova = "64060";

/**
 * Options of a GlusterFS 11 volume that holds the disks of running guests. Gluster has a name for the
 * first part, `group virt`, but expands it only once; here each option stands by itself, so that
 * one changed by hand shows under its own name.
 *
 * `features.shard` of that group is left out on purpose: switched on (or off) on a volume that has
 * files, it loses them, so it must not be among the things that `up` repairs. All it would bring here
 * is shorter heals.
 */
export const guestVolumeOptions: Readonly<Record<string, string>> = {
  // Caches off: a guest has its own, and two hosts must never see two versions of one disk.
  "performance.quick-read": "off",
  "performance.read-ahead": "off",
  "performance.io-cache": "off",
  "performance.strict-o-direct": "on",
  "network.remote-dio": "disable",
  "performance.low-prio-threads": "32",
  "performance.client-io-threads": "on",
  "client.event-threads": "4",
  "server.event-threads": "4",
  // One writer per disk, many writes: locks are held on and are narrow.
  "cluster.eager-lock": "enable",
  "cluster.locking-scheme": "granular",
  "cluster.choose-local": "off",
  "cluster.lookup-optimize": "off",
  "user.cifs": "off",
  // Heals copy whole files, several at once.
  "cluster.data-self-heal-algorithm": "full",
  "cluster.shd-max-threads": "8",
  "cluster.shd-wait-qlength": "10000",
  // A part of the pool that is cut off stops writing, so that no disk gets two histories.
  "cluster.quorum-type": "auto",
  "cluster.server-quorum-type": "server",
  // Guests stand still this long when a host dies. The default of 42 s makes their disks fail.
  "network.ping-timeout": "5",
  "server.tcp-user-timeout": "20",
  "server.keepalive-time": "10",
  "server.keepalive-interval": "2",
  "server.keepalive-count": "5",
  // The top folder of the volume is Nova's, on whichever host it is mounted.
  "storage.owner-uid": nova,
  "storage.owner-gid": nova,
};
