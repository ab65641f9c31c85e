#!/bin/sh
# Keeps one host powered: wires it, boots it, and boots it again when it reboots. It ends when the host
# is powered off. Called in the host's folder.
#
#   host.sh CGROUP MACHINE NAME whole|light NAMESPACE OPERATOR_NAMESPACE BASE COMPILED
cgroup=$1 machine=$2 name=$3 size=$4 namespace=$5 operator=$6 base=$7 compiled=$8

for hierarchy in unified systemd memory pids cpu .; do
  [ -e "/sys/fs/cgroup/$hierarchy/cgroup.procs" ] || continue
  mkdir -p "/sys/fs/cgroup/$hierarchy/$cgroup" && echo $$ >"/sys/fs/cgroup/$hierarchy/$cgroup/cgroup.procs"
done

# On machines of their own the hosts would not take time from each other. Here the controller, which has the
# most to do and is waited for, comes first.
if [ "$name" = controller ]; then
  echo 4096 >"/sys/fs/cgroup/cpu/$cgroup/cpu.shares" || echo 400 >"/sys/fs/cgroup/$cgroup/cpu.weight"
fi 2>/dev/null

unplug() {
  ip -n "$operator" -force -batch cables.out
  ip netns delete "$namespace"
} 2>/dev/null

plug_in() {
  unplug
  ip netns add "$namespace" &&
    ip -n "$operator" -batch cables.in &&
    ip -n "$namespace" -batch inside
}

set -- --machine="$machine" --hostname="$name" --network-namespace-path="/run/netns/$namespace" \
  --register=no --keep-unit --resolv-conf=off --timezone=off --link-journal=no --console=read-only \
  --capability=all --drop-capability=CAP_SYS_TIME,CAP_SYS_MODULE \
  --bind="$PWD/export:/export" --bind="$PWD/devices/fuse:/dev/fuse" \
  --bind="$PWD/devices/tun:/dev/net/tun" --bind="$compiled"
if [ "$size" = whole ]; then
  set -- "$@" --kill-signal=SIGRTMIN+3 --boot
else
  set -- "$@" --kill-signal=SIGKILL --as-pid2 \
    /bin/sh -c 'mkdir -p /run/sshd && exec /usr/sbin/sshd -D -e'
fi

# libvirt wants the unified hierarchy; hosts set their own network's sysctl and nobody else's.
export SYSTEMD_NSPAWN_UNIFIED_HIERARCHY=1 SYSTEMD_NSPAWN_API_VFS_WRITABLE=network
export SYSTEMD_SECCOMP=0 SYSTEMD_NSPAWN_LOCK=0

# The disk is mounted where only the host sees it, so it is gone when the host is. It is not synced:
# a host's power loss is not the machine's. The kernel marks such a disk, and the mark is taken away.
# The shell that runs this is the first process of a pid namespace around the host, and is killed with
# this script: whichever of script, shell and nspawn is killed, the kernel takes all of the host along.
# The devices are nodes of the host's own: a package that changes their mode must not change the machine's.
on_disk='rm -rf work/*/incompat
mount -t tmpfs -o mode=755,size=64k none devices &&
mknod -m 666 devices/fuse c 10 229 && mknod -m 666 devices/tun c 10 200 &&
mount -t overlay -o "lowerdir=$0,upperdir=upper,workdir=work,volatile" overlay root &&
systemd-nspawn --directory="$PWD/root" "$@"'

rebooting=133
status=$rebooting
while [ "$status" = "$rebooting" ]; do
  plug_in || exit
  setpriv --pdeathsig KILL unshare --mount --propagation slave --pid --fork --kill-child --mount-proc \
    sh -c "$on_disk; exit" "$base" "$@"
  status=$?
done
unplug
exit "$status"
