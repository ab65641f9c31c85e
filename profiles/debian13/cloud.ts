import { credential } from "../credential.ts";
import type { CloudNames } from "../openstack.ts";
import { alive, computeHost } from "./compute.ts";
import { consoles } from "./dashboard.ts";
import { glance } from "./glance.ts";
import { keystone } from "./keystone.ts";
import { network, neutron } from "./neutron.ts";
import { nova } from "./nova.ts";
import { placement } from "./placement.ts";
import { cache, database, guestsApart, hostsOnly, queue, startGuard } from "./shared.ts";
import { signs } from "./signs.ts";

const novasFolder = { owner: "nova", group: "nova", mode: "0755" };

/** OpenStack 2025.1 Epoxy as Debian 13 packages it. */
export const cloud: CloudNames = {
  ground: {
    guestsApart,
    startGuard,
    // Its first installation gives all below /var/lib/nova to Nova, and its purge removes all of that.
    packages: { "nova-common": "present" },
    folders: [
      { path: "/var/lib/nova", ...novasFolder },
      { path: "/var/lib/nova/instances", ...novasFolder },
    ],
  },
  control: {
    region: "RegionOne",
    database,
    queue,
    cache,
    hostsOnly,
    credential,
    consolePort: consoles.port,
    keystone,
    glance,
    placement,
    nova,
    neutron,
  },
  network,
  compute: computeHost,
  alive,
  signs,
};
