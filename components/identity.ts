import * as pulumi from "@pulumi/pulumi";
import { type CredentialNames, cloudsFile } from "../profiles/credential.ts";
import { Project } from "../providers/cloud/project.ts";
import { Directory } from "../providers/directory.ts";
import { File } from "../providers/file.ts";
import type { Password } from "../providers/password.ts";
import { Task } from "../providers/task.ts";
import type { ConcernOptions } from "./concern.ts";
import {
  OpenStackService,
  type OpenStackServiceArgs,
  serviceProject,
} from "./openstack-service.ts";

export interface IdentityArgs extends OpenStackServiceArgs {
  readonly admin: Password;
  /** A counter: when it moves, the administrator's password is another one. */
  readonly adminDraw: number;
  readonly credential: CredentialNames;
}

/**
 * Who may do what (the paper's steps 23 to 30): Keystone, its keys, and the administrator, whose
 * credential lies on the controller for root alone. The paper's admin token, which opened everything
 * and stood in a file of the repository, is not needed: the first account is made past the API, and so is
 * a new password of it, which is why a run that is cut off here locks nobody out.
 */
export class Identity extends OpenStackService {
  /** Where the other services have their users. */
  readonly project: Project;

  constructor(name: string, args: IdentityArgs, options: ConcernOptions = {}) {
    super("Identity", name, args, options);
    const { credential, admin, adminDraw, surroundings } = args;
    const host = surroundings.controller;
    const folder = new Directory(
      `${name}-credential-folder`,
      {
        host,
        key: { path: credential.folder },
        value: { owner: "root", group: "root", mode: "0755" },
      },
      this.after(),
    );
    const content = admin.value.apply((password) =>
      cloudsFile([{ name: "admin", user: "admin", project: "admin", password, ...surroundings }]),
    );
    const file = new File(
      `${name}-credential`,
      {
        host,
        key: { path: credential.path },
        // The content is a secret, and so not among the plain values; their type asks for one.
        value: { owner: "root", group: "root", mode: "0600" } as never,
        secrets: { content: { value: pulumi.secret(content), draw: adminDraw } },
      },
      this.after(folder),
    );
    const { check, run, seconds } = credential.bootstrap(surroundings);
    const administrator = new Task(
      `${name}-administrator`,
      {
        host,
        key: { name: "the administrator can log in" },
        value: { check: check.text, run: run.text, seconds },
        after: [file.written, ...this.units.map((unit) => unit.written)],
      },
      this.after(file, ...this.units),
    );
    this.project = new Project(
      `${name}-service-project`,
      { host, key: { name: serviceProject }, value: { description: "Users of services" } },
      this.after(administrator),
    );
    this.registerOutputs();
  }
}
