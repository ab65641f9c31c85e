#!/bin/sh
# Hands each connection to a loopback port of the machine to the dashboard, as from the "internet": one
# netcat a connection. It ends with the testbed, whose cgroup it is in.
#
#   relay.sh CGROUP NAMESPACE PORT ADDRESS
cgroup=$1 namespace=$2 port=$3 address=$4

for hierarchy in unified systemd memory pids .; do
  [ -e "/sys/fs/cgroup/$hierarchy/cgroup.procs" ] || continue
  mkdir -p "/sys/fs/cgroup/$hierarchy/$cgroup" && echo $$ >"/sys/fs/cgroup/$hierarchy/$cgroup/cgroup.procs"
done

# It would tell of every connection.
export SYSTEMD_LOG_LEVEL=warning
exec systemd-socket-activate --listen="127.0.0.1:$port" --accept --inetd \
  nsenter --net="/run/netns/$namespace" nc.openbsd -q0 "$address" 443
