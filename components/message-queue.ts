import type * as pulumi from "@pulumi/pulumi";
import type { QueueNames } from "../profiles/shared-services.ts";
import { File } from "../providers/file.ts";
import { Packages } from "../providers/packages.ts";
import type { Password } from "../providers/password.ts";
import { QueueAccount } from "../providers/queue-account.ts";
import { Service } from "../providers/service.ts";
import type { Host } from "../site/site.ts";
import { Concern, type ConcernOptions } from "./concern.ts";

export interface MessageQueueArgs {
  /** It answers at this host's address in the LAN alone. */
  readonly host: Host;
  /** Of the account that all services share. */
  readonly password: Password;
  readonly draw: number;
  readonly names: QueueNames;
}

/**
 * The queue over which the parts of a service talk to each other across hosts (where the paper has
 * Qpid, steps 39 and 44). Its account carries the number of the draw in its name: a new password is a
 * new account, services move over to it, and only then does the old one go, so that a run that is cut
 * off anywhere leaves nobody locked out.
 */
export class MessageQueue extends Concern {
  readonly account: QueueAccount;
  /** Secret: where clients find it, with account and password. */
  readonly url: pulumi.Output<string>;

  constructor(name: string, args: MessageQueueArgs, options: ConcernOptions = {}) {
    super("MessageQueue", name, options);
    const { names, password, draw } = args;
    const { name: host, address } = args.host;
    const packages = new Packages(
      `${name}-packages`,
      { host, key: { set: name }, value: names.packages },
      this.after(),
    );
    const { place, text } = names.config;
    const { path, ...ownership } = place;
    const config = new File(
      `${name}-config`,
      { host, key: { path }, value: { content: text(address), ...ownership } },
      this.after(packages),
    );
    const service = new Service(
      `${name}-service`,
      {
        host,
        key: { unit: names.unit },
        value: { enabled: true, active: true, files: [path] },
        after: [config.written],
      },
      this.after(config),
    );
    const user = `openstack_${draw}`;
    this.account = new QueueAccount(
      `${name}-account-${draw}`,
      {
        host,
        key: { user },
        value: { "permission//": ".* .* .*", tags: "" },
        secrets: { password: { value: password.value, draw } },
        after: [service.written],
      },
      this.after(service),
    );
    // Whoever can connect knows its password.
    new QueueAccount(
      `${name}-account-${names.defaultAccount}`,
      {
        host,
        key: { user: names.defaultAccount },
        value: { state: "absent" },
        after: [service.written],
      },
      this.after(service),
    );
    this.url = password.value.apply(
      (secret) => `rabbit://${user}:${secret}@${host}:${names.port}/`,
    );
    this.registerOutputs();
  }
}
