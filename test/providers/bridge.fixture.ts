import { type BridgeKey, type BridgeValue, bridge } from "../../providers/bridge.ts";
import { sh } from "../../providers/sh.ts";
import type { Fixture } from "../laws.ts";

const standing = { moved: ["198.51.100.7/25"], port: "joined", boot: "restored" };

// An interface of its own, over which nobody comes in.
export const fixture: Fixture<BridgeKey, BridgeValue> = {
  state: bridge,
  place: "host",
  key: () => ({ name: "lawsbr", port: "laws0" }),
  wants: () => [
    { ...standing, extra: [], leg: "none none" },
    { ...standing, extra: ["10.9.0.1/24"], leg: "lawsin lawsout" },
  ],
  befores: () => ({
    "an interface with an address and a route": sh`
ip link add laws0 type veth peer name laws1 && ip link set laws1 up && ip link set laws0 up && ip addr add 198.51.100.7/25 brd + dev laws0 &&
ip route add 203.0.113.64/26 via 198.51.100.1 dev laws0`,
  }),
  picture: () => sh`ip -4 -o addr show | sed 's/^[0-9]*: //'; ip -4 route; ls /sys/class/net
find /etc/quintet /etc/systemd/system -printf '%p %m %u %g %l\\n' 2>/dev/null | sort`,
  others: () => ({
    make: sh`ip link add theirs type bridge && ip addr add 10.8.0.1/24 dev theirs && ip link set theirs up`,
    see: sh`ip -4 -o addr show dev theirs | awk '{ print $4 }'; ip -4 route show dev theirs`,
  }),
  cleanUp: () => sh`
systemctl disable 'quintet-bridge-lawsbr.service' 2>/dev/null
for one in lawsbr lawsin laws0 theirs; do ip link del $one 2>/dev/null; done
rm -rf /etc/quintet /etc/systemd/system/quintet-bridge-* /var/lib/quintet /run/quintet
systemctl daemon-reload; true`,
};
