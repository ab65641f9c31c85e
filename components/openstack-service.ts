import * as pulumi from "@pulumi/pulumi";
import type {
  DatabaseNames,
  ServiceConfig,
  ServiceNames,
  Surroundings,
} from "../profiles/openstack.ts";
import { CloudService } from "../providers/cloud/cloud-service.ts";
import type { Project } from "../providers/cloud/project.ts";
import { RoleAssignment } from "../providers/cloud/role-assignment.ts";
import { User } from "../providers/cloud/user.ts";
import { Database } from "../providers/database.ts";
import { DatabaseAccount } from "../providers/database-account.ts";
import { IniFile } from "../providers/ini-file.ts";
import { Packages } from "../providers/packages.ts";
import type { Password } from "../providers/password.ts";
import { Service } from "../providers/service.ts";
import { Task } from "../providers/task.ts";
import { Concern, type ConcernOptions } from "./concern.ts";
import type { DatabaseServer } from "./database-server.ts";
import type { MessageQueue } from "./message-queue.ts";

/** What every service on the controller needs of the rest of the cloud. */
export interface OpenStackServiceArgs {
  readonly surroundings: Surroundings;
  readonly server: DatabaseServer;
  readonly databaseNames: DatabaseNames;
  readonly queue: MessageQueue;
  /** Of its database account, and of its user where it has one. */
  readonly password: Password;
  /** A counter: when it moves, the password is another one. */
  readonly draw: number;
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
    const configs = names.configs.map((config) => this.#config(config, packages));
    const done: pulumi.Resource[] = [...databases, ...configs, ...this.#user()];
    for (const { name: deed, check, run, seconds } of names.deeds) {
      const value = { check: check.text, run: run.text, seconds };
      const promise = { host, key: { name: deed }, value };
      done.push(new Task(`${name}-${deed}`, promise, this.after(...done)));
    }
    this.units = names.units.map(
      (unit) =>
        new Service(
          `${name}-${unit}`,
          {
            host,
            key: { unit },
            value: { enabled: true, active: true, files: names.configs.map(({ path }) => path) },
            after: configs.map((config) => config.written),
          },
          this.after(...done),
        ),
    );
    this.#catalog();
    for (const unit of names.unwantedUnits) {
      const promise = { host, key: { unit }, value: { enabled: false, active: false } };
      new Service(`${name}-${unit}`, promise, this.after(packages));
    }
  }

  get #databaseUser(): string {
    return `${this.args.names.name}_${this.args.draw}`;
  }

  /** With which the service asks Keystone about the tokens that come with requests. */
  #user(): pulumi.Resource[] {
    const { names, project, password, draw, surroundings } = this.args;
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
      return new RoleAssignment(
        `${this.name}-role-${role}`,
        { host, key, value: {} },
        this.after(user),
      );
    });
    return [user, ...assigned];
  }

  #catalog(): void {
    const { names, surroundings } = this.args;
    if (!names.catalog) return;
    const { type, description, url } = names.catalog;
    const address = url(surroundings);
    new CloudService(
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
  }

  #databases(): pulumi.Resource[] {
    const { server, databaseNames, password, draw, protectData, names, surroundings } = this.args;
    const host = surroundings.controller;
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

  #config({ path, values, secretKeys = {} }: ServiceConfig, packages: Packages): IniFile {
    const { surroundings, names, password, queue, draw, databaseNames } = this.args;
    const host = surroundings.controller;
    const secret = (of: (typeof secretKeys)[string]) =>
      pulumi.all([password.value, queue.url]).apply(([own, queueUrl]) => {
        const where = `${host}:${databaseNames.port}`;
        const urls = names.databases.map((database) => [
          database,
          `mysql+pymysql://${this.#databaseUser}:${own}@${where}/${database}`,
        ]);
        return of({ databases: Object.fromEntries(urls), queue: queueUrl, password: own });
      });
    return new IniFile(
      `${this.name}-${path}`,
      {
        host,
        key: { path },
        value: { ...values(surroundings) },
        secrets: Object.fromEntries(
          Object.entries(secretKeys).map(([key, of]) => [key, { value: secret(of), draw }]),
        ),
      },
      this.after(packages),
    );
  }
}
