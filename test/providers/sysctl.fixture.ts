import { sh } from "../../providers/sh.ts";
import { type SysctlKey, type SysctlValue, sysctl } from "../../providers/sysctl.ts";
import type { Fixture } from "../laws.ts";

// A setting of the host's own network namespace, which nothing here depends on.
const live = "/proc/sys/net/ipv4/ip_local_port_range";
const others = "/etc/sysctl.d/50-admin.conf";

export const fixture: Fixture<SysctlKey, SysctlValue> = {
  state: sysctl,
  place: "host",
  key: () => ({ name: "net.ipv4.ip_local_port_range" }),
  wants: () => [
    { runtime: "20000 50000", boot: "20000 50000" },
    { runtime: "20000 50000", boot: "30000 60000" },
  ],
  befores: () => ({
    "the kernel's own value": sh`:`,
    "set by others": sh`echo 10000 20000 >${live}; echo net.ipv4.ip_local_port_range=10000 20000 >${others}`,
    "already as wanted": sh`echo 20000 50000 >${live}; echo net/ipv4/ip_local_port_range = 20000 50000 >${others}`,
  }),
  picture: () =>
    sh`cat ${live}; cd /etc/sysctl.d && stat -c '%n %U %G %a' -- * && cat ./*.conf /etc/sysctl.conf 2>/dev/null; true`,
  others: () => ({
    make: sh`echo net.ipv4.ip_local_port_range=1 2 >${others}; echo kernel.panic=0 >>${others}`,
    see: sh`cat ${others}`,
  }),
  cleanUp: () =>
    sh`rm -rf ${others} /etc/sysctl.d/99-quintet-* /var/lib/quintet; echo 32768 60999 >${live}`,
};
