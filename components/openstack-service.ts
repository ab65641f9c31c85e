import type * as pulumi from "@pulumi/pulumi";
import type { ServiceNames, Surroundings } from "../profiles/openstack.ts";
import type { DatabaseNames } from "../profiles/shared-services.ts";
import { CloudService } from "../providers/cloud/cloud-service.ts";
import type { Project } from "../providers/cloud/project.ts";
import { RoleAssignment } from "../providers/cloud/role-assignment.ts";
import { User } from "../providers/cloud/user.ts";
import { Database } from "../providers/database.ts";
import { DatabaseAccount } from "../providers/database-account.ts";
import type { IniFile } from "../providers/ini-file.ts";
import type { Lines } from "../providers/lines.ts";
import { Packages } from "../providers/packages.ts";
import { Service } from "../providers/service.ts";
import type { PasswordName } from "../site/site.ts";
import { Concern, type ConcernOptions } from "./concern.ts";
import type { DatabaseServer } from "./database-server.ts";
import { deed } from "./deed.ts";
import type { MessageQueue } from "./message-queue.ts";
import type { Drawn } from "./passwords.ts";
import { running } from "./running.ts";
import { serviceConfig, shellVariables } from "./service-config.ts";

/** What every service on the controller needs of the rest of the cloud. */
export interface OpenStackServiceArgs {
  readonly surroundings: Surroundings;
  readonly server: DatabaseServer;
  readonly databaseNames: DatabaseNames;
  readonly queue: MessageQueue;
  /** Its own password is that of its database account, and of its user where it has one. */
  readonly drawn: Drawn;
  /** Databases that hold something can't be dropped until this is false; then their data goes too. */
  readonly protectData: boolean;
  /** The project in which services have their users. Left out for the one that makes it. */
  readonly project?: Project;
  readonly names: ServiceNames;
}

/** Where the users of services live, apart from those of people. */
export const serviceProject = "service";

/**
 * One service of the cloud on its controller: packages, databases and the account that may use them,
 * config, schema, units. The account carries the number of the draw in its name, as the queue's does.
 */
export abstract class OpenStackService extends Concern {
  protected readonly name: string;
  protected readonly args: OpenStackServiceArgs;
  /** In the order of the profile. */
  readonly units: readonly Service[];
  /** It can be asked: it runs, and clients find it. */
  readonly reachable: readonly pulumi.Resource[];
  /** What the units read as they start. */
  readonly configs: readonly (IniFile | Lines)[];

  constructor(kind: string, name: string, args: OpenStackServiceArgs, options: ConcernOptions) {
    super(kind, name, options);
    this.name = name;
    this.args = args;
    const { names, surroundings } = args;
    const host = surroundings.controller;

    const packages = new Packages(
      `${name}-packages`,
      { host, key: { set: name }, value: names.packages },
      this.after(),
    );
    const databases = this.#databases();
    const source = {
      surroundings,
      drawn: args.drawn,
      queue: args.queue.url,
      databases: (passwords: Readonly<Record<string, string>>) => this.#databaseUrls(passwords),
    };
    const variables = names.variables ?? [];
    this.configs = [
      ...names.configs.map((config) =>
        serviceConfig(name, host, config, source, this.after(packages)),
      ),
      ...variables.map((one) => shellVariables(name, host, one, this.after(packages))),
    ];
    const files = [...names.configs, ...variables].map(({ path }) => path);
    const done: pulumi.Resource[] = [...databases, ...this.configs, ...this.#user()];
    for (const one of names.deeds) done.push(deed(name, host, one, this.after(...done)));
    const reading = { files, promised: this.configs };
    this.units = running(name, host, names.units, reading, this.after(...done));
    this.reachable = [...this.units, ...this.#catalog()];
    for (const unit of names.unwantedUnits) {
      const promise = { host, key: { unit }, value: { enabled: false, active: false } };
      new Service(`${name}-${unit}`, promise, this.after(packages));
    }
  }

  get #own() {
    // The profile names services by the names of their passwords.
    const account = this.args.names.name as PasswordName;
    const { passwords, draws } = this.args.drawn;
    return { password: passwords[account], draw: draws[account] };
  }

  get #databaseUser(): string {
    return `${this.args.names.name}_${this.#own.draw}`;
  }

  #databaseUrls(passwords: Readonly<Record<string, string>>): Record<string, string> {
    const { names, surroundings, databaseNames } = this.args;
    const account = `${this.#databaseUser}:${passwords[names.name]}`;
    const where = `${surroundings.controller}:${databaseNames.port}`;
    return Object.fromEntries(
      names.databases.map((one) => [one, `mysql+pymysql://${account}@${where}/${one}`]),
    );
  }

  /** With which the service asks Keystone about the tokens that come with requests. */
  #user(): pulumi.Resource[] {
    const { names, project, surroundings } = this.args;
    const { password, draw } = this.#own;
    if (!names.roles || !project) return [];
    const host = surroundings.controller;
    const user = new User(
      `${this.name}-user`,
      {
        host,
        key: { name: names.name },
        value: {},
        secrets: { password: { value: password.value, draw } },
      },
      this.after(project),
    );
    const assigned = names.roles.map((role) => {
      const key = { user: names.name, project: serviceProject, role };
      const promise = { host, key, value: {} };
      return new RoleAssignment(`${this.name}-role-${role}`, promise, this.after(user));
    });
    return [user, ...assigned];
  }

  #catalog(): pulumi.Resource[] {
    const { names, surroundings } = this.args;
    if (!names.catalog) return [];
    const { type, description, url } = names.catalog;
    const address = url(surroundings);
    const entry = new CloudService(
      `${this.name}-catalog`,
      {
        host: surroundings.controller,
        key: { type, region: surroundings.region },
        value: {
          name: names.name,
          description,
          "endpoint/public": address,
          "endpoint/internal": address,
          "endpoint/admin": address,
        },
      },
      this.after(...this.units),
    );
    return [entry];
  }

  #databases(): pulumi.Resource[] {
    const { server, databaseNames, protectData, names, surroundings } = this.args;
    const { password, draw } = this.#own;
    const { controller: host } = surroundings;
    const { characterSet, collation } = databaseNames;
    const databases = names.databases.map(
      (database) =>
        new Database(
          `${this.name}-database-${database}`,
          {
            host,
            key: { name: database },
            value: { characterSet, collation, data: protectData ? "keep" : "discard" },
            after: [server.service.written],
          },
          { ...this.after(server.service), protect: protectData },
        ),
    );
    const grants = names.databases.map((database) => [`grant/${database}`, "ALL PRIVILEGES"]);
    const account = new DatabaseAccount(
      `${this.name}-account-${draw}`,
      {
        host,
        key: { user: this.#databaseUser, host: "%" },
        value: Object.fromEntries(grants),
        secrets: { password: { value: password.value, draw } },
        after: [server.service.written],
      },
      this.after(server.service, ...databases),
    );
    return [...databases, account];
  }
}
