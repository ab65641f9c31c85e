import {
  type KernelModuleKey,
  type KernelModuleValue,
  kernelModule,
} from "../../providers/kernel-module.ts";
import { sh } from "../../providers/sh.ts";
import type { Fixture } from "../laws.ts";

// The testbed's kernel has everything built in, so only what happens at boot can be changed.
export const fixture: Fixture<KernelModuleKey, KernelModuleValue> = {
  state: kernelModule,
  place: "host",
  key: () => ({ name: "br_netfilter" }),
  wants: () => [
    { loaded: true, boot: true },
    { loaded: true, boot: true },
  ],
  befores: () => ({
    "nobody asks for it": sh`:`,
    "others ask for it": sh`echo br-netfilter >/etc/modules-load.d/admin.conf`,
  }),
  picture: () => sh`cd /etc/modules-load.d && stat -c '%n %U %G %a' -- * && cat ./*.conf`,
  others: () => ({
    make: sh`echo tun >/etc/modules-load.d/admin.conf`,
    see: sh`cat /etc/modules-load.d/admin.conf`,
  }),
  cleanUp: () =>
    sh`rm -rf /etc/modules-load.d/admin.conf /etc/modules-load.d/quintet-* /var/lib/quintet`,
};
