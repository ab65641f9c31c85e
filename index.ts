import { Acceptance } from "./components/acceptance.ts";
import { Cloud } from "./components/cloud.ts";
import { GlusterVolume } from "./components/gluster-volume.ts";
import { HostBaseline } from "./components/host-baseline.ts";
import { Hypervisor } from "./components/hypervisor.ts";
import { LanBridge } from "./components/lan-bridge.ts";
import { NatGateway } from "./components/nat-gateway.ts";
import { Preflight } from "./components/preflight.ts";
import { ServiceGround } from "./components/service-ground.ts";
import { selectProfile } from "./profiles/profile.ts";
import { CertificateAuthority } from "./providers/certificate.ts";
import { loadSite } from "./site/load.ts";

const site = loadSite();
const { networks, hostsLines, time, storage, protectData, acceleration, services } = site;
const profile = selectProfile(site.profile);
const hosts = site.hosts.map((host) => host.name);

// Nothing is changed anywhere until every host is fit for it, and none that leaves has guests.
const preflight = new Preflight("preflight", { site, names: profile, freeMegabytes: 500 });
await preflight.announced();

// Guests will be in the LAN: the rest is made over the bridge that lets them in.
const bridges = (services ? site.hosts : []).map((host) => {
  const args = { host, networks, names: profile.bridge };
  return new LanBridge(`${host.name}-bridge`, args, { dependsOn: [preflight] });
});

// The other hosts have no way to their packages but this one.
const inside = services
  ? { inside: profile.bridge.name, vms: networks.vms }
  : { inside: site.gateway.lanInterface };
const gateway = new NatGateway(
  "gateway",
  { host: site.gateway, lan: networks.lan, ...inside, names: profile.gateway },
  { dependsOn: [preflight, ...bridges] },
);

const baselines = new Map(
  hosts.map((host) => {
    const args = { host, hostsLines, time, names: profile.baseline };
    return [host, new HostBaseline(`${host}-baseline`, args, { dependsOn: [gateway] })];
  }),
);
const ready = (host: string) => ({ dependsOn: [baselines.get(host) ?? gateway] });

const grounds = new Map(
  (services ? hosts : []).map((host) => {
    const args = { host, networks, controller: site.controller, names: profile.cloud.ground };
    return [host, new ServiceGround(`${host}-services`, args, ready(host))];
  }),
);
const { folders } = services ? profile.cloud.ground : profile.gluster;
const owners = [...grounds.values()].map(({ owner }) => owner);
const volume = new GlusterVolume(
  "instances",
  { hosts, storage, protectData, owners, names: { ...profile.gluster, folders } },
  { dependsOn: [...baselines.values()] },
);

// Its key is in the stack's state and on no host: who holds it can sign for a host of the cloud.
const authority = new CertificateAuthority("migration-authority", {
  commonName: "Quintet migration",
  draw: site.rotation.authority + 1,
});
const draw = site.rotation.certificates + 1;
const hypervisors = site.computes.map((host) => {
  const args = { host, authority, draw, acceleration, names: profile.hypervisor };
  return new Hypervisor(`${host.name}-hypervisor`, args, ready(host.name));
});

const parts = { site, grounds, volume, hypervisors, leg: profile.bridge.leg[1], profile };
const cloud = services ? new Cloud("cloud", parts) : undefined;
const tried = site.acceptance ? cloud : undefined;
const trial = tried && new Acceptance("acceptance", { logins: tried.logins });

// Where to open it, who may log in (a clouds.yaml, secret), what was tried last; none without a value.
const outputs = { dashboard: site.dashboard?.url, clouds: cloud?.logins, acceptance: trial?.found };
export default Object.fromEntries(Object.entries(outputs).filter(([, value]) => value));
