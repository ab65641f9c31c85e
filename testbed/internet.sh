#!/bin/sh
# Keeps the "internet" answering: the package cache on port 3142, and on port 80 the same process,
# which tells a caller its own address (/ip). The sockets are opened in the internet's namespace; the
# process behind them is started at the first connection, back in this shell's namespace.
#
#   internet.sh CGROUP NAMESPACE ADDRESS NODE PROGRAM FOLDER MIRRORS
cgroup=$1 namespace=$2 address=$3 node=$4
shift 4

for hierarchy in unified systemd memory pids .; do
  [ -e "/sys/fs/cgroup/$hierarchy/cgroup.procs" ] || continue
  mkdir -p "/sys/fs/cgroup/$hierarchy/$cgroup" && echo $$ >"/sys/fs/cgroup/$hierarchy/$cgroup/cgroup.procs"
done

while [ -e "/run/netns/$namespace" ]; do
  setpriv --pdeathsig KILL nsenter --net="/run/netns/$namespace" \
    systemd-socket-activate --listen="$address:3142" --listen="$address:80" \
    nsenter --net="/proc/$$/ns/net" "$node" "$@"
  sleep 1
done
