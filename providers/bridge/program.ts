import type { BridgeKey, BridgeValue } from "../bridge.ts";
import { sh } from "../sh.ts";

/**
 * The program that puts the bridge in the interface's place, and back: `up` and `down`, each safe to run
 * again from its middle. It is the same at boot and at once, so what was tried is what happens later.
 */
export function programText(
  key: BridgeKey,
  { extra = [], leg = "none none" }: BridgeValue,
): string {
  const [inside = "none", outside = "none"] = leg.split(" ");
  return `#!/bin/sh
# Written by Quintet: a bridge in the place of an interface, with its addresses and routes.
PATH=/usr/sbin:/usr/bin:/sbin:/bin
${sh`bridge=${key.name} port=${key.port} extra=${extra.join(" ")} inside=${inside} outside=${outside}`.text}
is_there() { [ -e "/sys/class/net/$1" ]; }

# An address is on both for a moment, so that no connection to it ends. With the last address of an
# interface its routes go; they are noted before.
move() {
  routes=$(ip -4 route show dev "$1" | grep -v -e 'proto kernel' | sed 's/ linkdown//')
  for address in $(ip -4 -o addr show dev "$1" scope global | awk '{ print $4 }'); do
    case " $extra " in *" $address "*) continue ;; esac
    ip addr replace "$address" brd + dev "$2" && ip addr del "$address" dev "$1" || return
  done
  [ -z "$routes" ] || printf '%s\\n' "$routes" | while read -r route; do
    ip route replace $route dev "$2" || exit
  done
}

up() {
  is_there "$port" || { echo "there is no interface $port" >&2; return 1; }
  is_there "$bridge" || ip link add "$bridge" type bridge forward_delay 0 stp_state 0 || return
  ip link set "$bridge" address "$(cat "/sys/class/net/$port/address")" up || return
  if [ "$inside" != none ]; then
    is_there "$inside" || ip link add "$inside" type veth peer name "$outside" || return
    # It is there for frames alone.
    [ ! -e "/proc/sys/net/ipv6/conf/$outside" ] || echo 1 >"/proc/sys/net/ipv6/conf/$outside/disable_ipv6"
    ip link set "$outside" arp off up && ip link set "$inside" master "$bridge" up || return
  fi
  ip link set "$port" master "$bridge" up && move "$port" "$bridge" || return
  for address in $extra; do ip addr replace "$address" brd + dev "$bridge" || return; done
}

down() {
  if is_there "$bridge"; then
    move "$bridge" "$port" && ip link set "$port" nomaster || return
  fi
  if is_there "$inside"; then ip link del "$inside" || return; fi
  if is_there "$bridge"; then ip link del "$bridge"; fi
}

case $1 in up) up ;; down) down ;; *) exit 64 ;; esac
`;
}
