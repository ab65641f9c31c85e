import { HostBaseline } from "./components/host-baseline.ts";
import { NatGateway } from "./components/nat-gateway.ts";
import { Preflight } from "./components/preflight.ts";
import { selectProfile } from "./profiles/profile.ts";
import { loadSite } from "./site/load.ts";

const site = loadSite();
const profile = selectProfile(site.profile);

// Nothing is changed anywhere until every host is fit for it.
const preflight = new Preflight("preflight", {
  hosts: site.hosts.map((host) => host.name),
  system: `${profile.operatingSystem.ID} ${profile.operatingSystem.VERSION_ID}`,
  freeMegabytes: 500,
});

// The others have no way to their packages but this one.
const gateway = new NatGateway(
  "gateway",
  {
    host: site.gateway.name,
    lan: site.networks.lan,
    lanInterface: site.gateway.lanInterface,
    publicInterface: site.gateway.publicInterface,
    names: profile.gateway,
  },
  { dependsOn: [preflight] },
);

const baselines = site.hosts.map(
  (host) =>
    new HostBaseline(
      `${host.name}-baseline`,
      {
        host: host.name,
        hostsLines: site.hostsLines,
        timeServers: site.time.servers,
        steersClock: site.time.steersClock,
        names: profile.baseline,
      },
      { dependsOn: [gateway] },
    ),
);
void baselines;
