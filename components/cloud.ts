import * as pulumi from "@pulumi/pulumi";
import { cloudsFile } from "../profiles/credential.ts";
import type { DashboardNames } from "../profiles/dashboard.ts";
import type { CloudNames } from "../profiles/openstack.ts";
import { ComputeService } from "../providers/cloud/compute-service.ts";
import { tenantFiles } from "../site/load.ts";
import type { Host, Site } from "../site/site.ts";
import { ComputeHost } from "./compute-host.ts";
import { Concern, type ConcernOptions } from "./concern.ts";
import { ControlPlane } from "./control-plane.ts";
import { Dashboard } from "./dashboard.ts";
import { deed } from "./deed.ts";
import type { GlusterVolume } from "./gluster-volume.ts";
import type { Hypervisor } from "./hypervisor.ts";
import { NetworkNode } from "./network-node.ts";
import { surroundingsOf } from "./service-config.ts";
import type { ServiceGround } from "./service-ground.ts";
import { TenantDefaults } from "./tenant-defaults.ts";

export interface CloudArgs {
  readonly site: Site;
  /** The end of the pair of interfaces by which guests' switches lead to the LAN. */
  readonly leg: string;
  /** What hosts need before they can take machines. */
  readonly volume: GlusterVolume;
  /** By their hosts' names. */
  readonly grounds: ReadonlyMap<string, ServiceGround>;
  readonly hypervisors: readonly Hypervisor[];
  readonly profile: { readonly cloud: CloudNames; readonly dashboard: DashboardNames };
}

/** The cloud: what decides, on the controller, and what does it, on every host. It is there once all of it is alive. */
export class Cloud extends Concern {
  /** Secret: the text of a clouds.yaml that lets in the administrator and the member. */
  readonly logins: pulumi.Output<string>;

  constructor(name: string, args: CloudArgs, options: ConcernOptions = {}) {
    super("Cloud", name, options);
    const { site, profile, leg, volume, grounds, hypervisors } = args;
    const names = profile.cloud;
    const { controller, computes } = site;
    const inOrder = (...before: pulumi.Resource[]) => this.after(...before) as ConcernOptions;
    // Each host goes on as soon as its own ground is laid: the controller has the most before it.
    const groundOf = ({ name: host }: { readonly name: string }) => {
      const ground = grounds.get(host);
      return inOrder(...(ground ? [ground] : []));
    };

    const control = new ControlPlane(
      "controller",
      { site, names: names.control },
      groundOf(controller),
    );
    const sourceFor = (host: Host) => ({
      surroundings: surroundingsOf(site, names.control.region, host),
      drawn: control.drawn,
      queue: control.queue.url,
    });
    const { network, compute } = control;
    const listening = deed(
      name,
      controller.name,
      names.network.queues,
      this.after(...network.units),
      network.units,
    );
    // Before all that reports under the host's name, and so taken back after it.
    const asked = [listening, ...network.reachable, ...compute.reachable];
    const forgotten = (host: Host) =>
      host === controller
        ? listening
        : deed(name, controller.name, names.compute.forgotten(host.name), this.after(...asked));
    const nodes = new Map(
      [controller, ...computes.filter((host) => host !== controller)].map((host) => [
        host,
        new NetworkNode(
          `${host.name}-network`,
          {
            host: host.name,
            leg,
            source: sourceFor(host),
            ...(host === controller && { server: network }),
            listening: forgotten(host),
            names: names.network,
          },
          groundOf(host),
        ),
      ]),
    );
    const hosts = computes.map(
      (host) =>
        new ComputeHost(
          `${host.name}-compute`,
          {
            host: host.name,
            source: sourceFor(host),
            needs: [...compute.units, ...(nodes.get(host)?.agents ?? []), volume, ...hypervisors],
            names: names.compute,
          },
          groundOf(host),
        ),
    );
    const ready = this.#alive(name, args, control, [...nodes.values()], hosts);
    const { identity, drawn } = control;
    const first = [grounds.get(site.gateway.name)?.guard ?? control];
    const page = { site, identity, names: profile.dashboard, first };
    const dashboard = new Dashboard("dashboard", page, groundOf(site.gateway));
    const tenant = new TenantDefaults(
      "tenant",
      {
        site,
        password: drawn.passwords.member,
        draw: drawn.draws.member,
        ...tenantFiles(site),
        physicalNetwork: names.network.physical,
      },
      inOrder(...[control.image, network, compute].flatMap((service) => service.reachable)),
    );
    // Last of all, and so taken back first: a host with guests on it keeps everything where it is.
    for (const { name: host } of computes) {
      new ComputeService(
        `${host}-takes-guests`,
        { host: controller.name, key: { host }, value: {} },
        this.after(...ready, dashboard, tenant),
      );
    }
    this.logins = this.#logins(args, control);
    this.registerOutputs();
  }

  #logins({ site, profile }: CloudArgs, { drawn }: ControlPlane): pulumi.Output<string> {
    const { admin, member } = drawn.passwords;
    const { tenant, controller } = site;
    const surroundings = surroundingsOf(site, profile.cloud.control.region, controller);
    const people = [
      { name: "admin", user: "admin", project: "admin" },
      { name: "member", user: tenant.member, project: tenant.project },
    ];
    const text = pulumi.all([admin.value, member.value]).apply((passwords) =>
      cloudsFile(
        people.map((one, index) => ({
          ...surroundings,
          ...one,
          password: passwords[index] ?? "",
        })),
      ),
    );
    return pulumi.secret(text);
  }

  /** Waits until all that is not declared down has reported since it started. */
  #alive(
    name: string,
    { site, profile }: CloudArgs,
    { network, compute }: ControlPlane,
    nodes: readonly NetworkNode[],
    hosts: readonly ComputeHost[],
  ): readonly pulumi.Resource[] {
    const up = ({ name: host }: Host) => !site.down.has(host);
    const computes = site.computes.filter(up).map((host) => host.name);
    const connected = [...new Set([site.controller.name, ...computes])];
    const controller = site.controller.name;
    const agents = [...network.units, ...nodes.flatMap((node) => node.agents)];
    const services = [...compute.units, ...hosts.flatMap((host) => host.units)];
    const {
      alive,
      compute: { events },
    } = profile.cloud;
    const agentsAlive = deed(
      name,
      controller,
      alive.agents(controller, connected),
      this.after(...agents),
      agents,
    );
    const servicesAlive = deed(
      name,
      controller,
      alive.services(controller, computes),
      this.after(...services),
      services,
    );
    const hypervisors = alive.hypervisors(computes);
    const known = deed(name, controller, hypervisors, this.after(servicesAlive), services);
    const told = site.computes.map(({ name: host }, index) => {
      const { units = [] } = hosts[index] ?? {};
      return deed(`${host}-compute`, host, events, this.after(known), units);
    });
    return [agentsAlive, ...told];
  }
}
