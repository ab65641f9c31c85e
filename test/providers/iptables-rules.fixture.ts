import fc from "fast-check";
import {
  type IptablesRulesKey,
  type IptablesRulesValue,
  iptablesRules,
} from "../../providers/iptables-rules.ts";
import { sh } from "../../providers/sh.ts";
import type { Fixture } from "../laws.ts";

const standing = { boot: "restored", strays: "none", edit: "confirmed" };
const addresses = fc
  .tuple(fc.nat(255), fc.nat(255), fc.nat(255), fc.integer({ min: 0, max: 32 }))
  .map(([a, b, c, length]) => `-s ${a}.${b}.${c}.7/${length} -p tcp --dport ${a + 1} -j ACCEPT`);

// The gateway can fetch packages by itself.
export const fixture: Fixture<IptablesRulesKey, IptablesRulesValue> = {
  state: iptablesRules,
  place: "host",
  host: "compute1",
  key: () => ({ table: "nat", chain: "laws-nat", from: "POSTROUTING" }),
  wants: () => [
    {
      ...standing,
      jump: "anywhere",
      "10-lan": "-s 192.168.0.0/24 -o eth9 -j MASQUERADE",
      "20-web": "-s 10.0.0.0/24 -p tcp --dport 80 -j SNAT --to-source 203.0.113.9",
    },
    {
      ...standing,
      jump: "first",
      "10-lan": "-s 192.168.0.0/16 ! -d 192.168.0.0/16 -o eth9 -j MASQUERADE",
      "20-web": "-p udp -m multiport --dports 53,123 -j RETURN",
      "30-more": "-m mark --mark 0x1 -j ACCEPT",
    },
  ],
  befores: () => ({
    "no chain of that name": sh`:`,
    "a chain of that name, in use": sh`
iptables -w -t nat -A POSTROUTING -s 172.16.0.0/12 -j MASQUERADE
iptables -w -t nat -N laws-nat
iptables -w -t nat -A laws-nat -o eth7 -m comment --comment "by hand" -j MASQUERADE
iptables -w -t nat -I POSTROUTING -o eth7 -j laws-nat
iptables -w -t nat -A POSTROUTING -s 172.16.0.1 -j laws-nat`,
  }),
  picture:
    () => sh`iptables-save -t nat | grep -v '^[#:][^l]' ; iptables-save -t filter | grep '^-A'
find /etc/quintet /etc/systemd/system -printf '%p %m %u %g %l\\n' 2>/dev/null | sort
systemctl is-enabled quintet-iptables.service 2>&1; true`,
  others: () => ({
    make: sh`
iptables -w -t nat -N LIBVIRT_PRT
iptables -w -t nat -I POSTROUTING -j LIBVIRT_PRT
iptables -w -t nat -A LIBVIRT_PRT -s 192.168.122.0/24 -d 224.0.0.0/24 -j RETURN
iptables -w -t nat -A POSTROUTING -s 172.31.0.0/16 -m comment --comment "the admin -j laws-nat" -j MASQUERADE
iptables -w -t nat -A POSTROUTING -o eth8 -j MASQUERADE`,
    see: sh`iptables-save -t nat | grep '^-A' | grep -v -e '-A laws-nat' -e '-j laws-nat$'`,
  }),
  values: addresses.map((rule) => ({ ...standing, jump: "first", "10-one": rule })),
  prepare: () => sh`command -v iptables >/dev/null ||
  { apt-get update && DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends iptables; }`,
  cleanUp: () => sh`iptables -w -t nat -F; iptables -w -t nat -X
systemctl disable quintet-iptables.service
rm -rf /etc/quintet /etc/systemd/system/quintet-iptables.service /var/lib/quintet /run/quintet`,
};
