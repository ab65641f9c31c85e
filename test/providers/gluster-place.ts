import { sh } from "../../providers/sh.ts";

/** Installs Gluster where it is not, and starts its daemon. */
export const bringGluster = sh`
command -v glusterd >/dev/null && command -v getfattr >/dev/null || {
  apt-get update && DEBIAN_FRONTEND=noninteractive \\
    apt-get install -y --no-install-recommends glusterfs-server glusterfs-client attr
} || exit
systemctl start glusterd`;

const peers = ["peer-a", "peer-b"];

/**
 * Two further pool members on the same host: a daemon each in a network namespace of its own, with its
 * own folders, known by names in /etc/hosts.
 */
export const bringPeers = sh`
${bringGluster}
grep -q peer-a /etc/hosts || printf '10.99.0.%s\\n' '1 here' '2 peer-a' '3 peer-b' >>/etc/hosts
ip link show laws0 >/dev/null 2>&1 || {
  ip link add laws0 type bridge && ip address add 10.99.0.1/24 dev laws0 && ip link set laws0 up
} || exit
number=2
for name in ${peers}; do
  if ! ip netns list | grep -qw $name; then
    ip netns add $name && ip link add $name type veth peer name eth0 netns $name &&
      ip link set $name master laws0 up && ip -n $name link set lo up &&
      ip -n $name address add 10.99.0.$number/24 dev eth0 && ip -n $name link set eth0 up || exit
    ip netns exec $name sh -c 'mount -t tmpfs tmpfs /run && mount -t tmpfs tmpfs /var/log/glusterfs &&
      cp -r /var/lib/glusterd /tmp/laws-copy && mount -t tmpfs tmpfs /var/lib/glusterd &&
      cp -r /tmp/laws-copy/groups /tmp/laws-copy/hooks /var/lib/glusterd/; rm -rf /tmp/laws-copy
      exec glusterd -p /run/glusterd.pid' </dev/null >/dev/null 2>&1 3>&- || exit
  fi
  number=$((number + 1))
done
sleep 3`;

/** Ends those members: their daemons, namespaces and cables, and their names. */
export const takePeersAway = sh`
for name in ${peers}; do
  ip netns list | grep -qw $name || continue
  for pid in $(ip netns pids $name); do kill -9 $pid; done
  ip netns delete $name || exit
done
# The first namespace made the folder of their names a mount of its own.
! mountpoint -q /run/netns || { umount /run/netns && rmdir /run/netns; }
ip link delete laws0 2>/dev/null
sed -i '/^10\\.99\\.0\\./d' /etc/hosts`;
