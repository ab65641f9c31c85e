import type * as pulumi from "@pulumi/pulumi";
import type { BaselineNames } from "../profiles/profile.ts";
import { File } from "../providers/file.ts";
import { Lines } from "../providers/lines.ts";
import { Packages } from "../providers/packages.ts";
import { Service } from "../providers/service.ts";
import { Sysctl } from "../providers/sysctl.ts";
import type { Site } from "../site/site.ts";
import { Concern, type ConcernOptions } from "./concern.ts";
import { fileWithFolder } from "./folders.ts";

export interface HostBaselineArgs {
  readonly host: string;
  /** Lines of the hosts file by their address: every host finds every other one by name. */
  readonly hostsLines: Readonly<Record<string, string>>;
  /** Where the time comes from, and whether the host may set its clock: a container only measures. */
  readonly time: Site["time"];
  readonly names: BaselineNames;
}

/**
 * What every host gets, whatever its roles: the others' names (step 3), the right time (steps 17 to
 * 19), and kernel settings. Certificates and tokens are judged by the clock, so it comes first.
 */
export class HostBaseline extends Concern {
  constructor(name: string, args: HostBaselineArgs, options: ConcernOptions = {}) {
    super("HostBaseline", name, options);
    const { host, names } = args;

    const unwanted = names.unwantedHostsLines.map((id) => [id, []]);
    new Lines(
      `${name}-hosts`,
      {
        host,
        key: names.hostsFile,
        value: { ...args.hostsLines, ...Object.fromEntries(unwanted) },
      },
      this.after(),
    );
    for (const [key, value] of Object.entries(names.sysctls)) {
      const promise = { host, key: { name: key }, value: { runtime: value, boot: value } };
      new Sysctl(`${name}-${key}`, promise, this.after());
    }
    const packages = new Packages(
      `${name}-packages`,
      { host, key: { set: "baseline" }, value: names.packages },
      this.after(),
    );
    this.#time(name, args, packages);
    this.registerOutputs();
  }

  #time(name: string, args: HostBaselineArgs, packages: Packages): void {
    const { host, time } = args;
    const { unit, config, configText, servers, withoutSteering } = args.names.time;
    const { path, ...ownership } = config;
    const content = configText(time.servers.length > 0 ? time.servers : servers);
    const files = [
      new File(
        `${name}-time`,
        { host, key: { path }, value: { content, ...ownership } },
        this.after(packages),
      ),
    ];
    if (!time.steersClock) {
      const after = (...resources: pulumi.Resource[]) => this.after(...resources);
      files.push(fileWithFolder(`${name}-time-drop-in`, host, withoutSteering, after, packages));
    }
    new Service(
      `${name}-time-service`,
      {
        host,
        key: { unit },
        value: { enabled: true, active: true, files: [path] },
        after: files.map((file) => file.written),
      },
      this.after(packages, ...files),
    );
  }
}
