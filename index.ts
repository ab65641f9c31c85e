import { ControlPlane } from "./components/control-plane.ts";
import { Dashboard } from "./components/dashboard.ts";
import { GlusterVolume } from "./components/gluster-volume.ts";
import { HostBaseline } from "./components/host-baseline.ts";
import { Hypervisor } from "./components/hypervisor.ts";
import { NatGateway } from "./components/nat-gateway.ts";
import { Preflight } from "./components/preflight.ts";
import { selectProfile } from "./profiles/profile.ts";
import { CertificateAuthority } from "./providers/certificate.ts";
import { loadSite } from "./site/load.ts";

const site = loadSite();
const profile = selectProfile(site.profile);
const hosts = site.hosts.map((host) => host.name);

// Nothing is changed anywhere until every host is fit for it.
const { ID, VERSION_ID } = profile.operatingSystem;
const preflight = new Preflight("preflight", {
  hosts,
  system: `${ID} ${VERSION_ID}`,
  freeMegabytes: 500,
});

// The other hosts have no way to their packages but this one.
const gateway = new NatGateway(
  "gateway",
  { host: site.gateway, lan: site.networks.lan, names: profile.gateway },
  { dependsOn: [preflight] },
);

const { hostsLines, time } = site;
const baselines = new Map(
  hosts.map((host) => [
    host,
    new HostBaseline(
      `${host}-baseline`,
      { host, hostsLines, time, names: profile.baseline },
      { dependsOn: [gateway] },
    ),
  ]),
);

const { storage, protectData } = site;
new GlusterVolume(
  "instances",
  { hosts, storage, protectData, names: profile.gluster },
  { dependsOn: [...baselines.values()] },
);

// Its key is in the stack's state and on no host: who holds it can sign for a host of the cloud.
const authority = new CertificateAuthority("migration-authority", {
  commonName: "Quintet migration",
  draw: site.rotation.authority + 1,
});
for (const host of site.computes) {
  const baseline = baselines.get(host.name);
  new Hypervisor(
    `${host.name}-hypervisor`,
    {
      host,
      authority,
      draw: site.rotation.certificates + 1,
      acceleration: site.acceleration,
      names: profile.hypervisor,
    },
    { dependsOn: baseline ? [baseline] : [] },
  );
}

if (site.services) {
  const dependsOn = [...baselines.values()];
  const shared = { site, names: profile.controlPlane };
  const { identity } = new ControlPlane("controller", shared, { dependsOn });
  new Dashboard("dashboard", { site, identity, names: profile.dashboard }, { dependsOn });
}

/** Where to open it. */
export const dashboard = site.dashboard?.url;
