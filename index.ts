import { HostBaseline } from "./components/host-baseline.ts";
import { Hypervisor } from "./components/hypervisor.ts";
import { NatGateway } from "./components/nat-gateway.ts";
import { Preflight } from "./components/preflight.ts";
import { selectProfile } from "./profiles/profile.ts";
import { CertificateAuthority } from "./providers/certificate.ts";
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

const baselines = new Map(
  site.hosts.map((host) => [
    host.name,
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
  ]),
);

// Its key is in the stack's state and on no host: who holds it can sign for a host of the cloud.
const authority = new CertificateAuthority("migration-authority", {
  commonName: "Quintet migration",
  draw: site.rotation.authority + 1,
});
for (const host of site.computes) {
  new Hypervisor(
    `${host.name}-hypervisor`,
    {
      host: host.name,
      address: host.address,
      authority,
      draw: site.rotation.certificates + 1,
      acceleration: site.acceleration,
      names: profile.hypervisor,
    },
    { dependsOn: baselineOf(host) },
  );
}

function baselineOf(host: { readonly name: string }): HostBaseline[] {
  const baseline = baselines.get(host.name);
  return baseline ? [baseline] : [];
}
