import { local } from "@pulumi/command";
import * as pulumi from "@pulumi/pulumi";
import { allWritten } from "../providers/resource.ts";
import { Concern, type ConcernOptions } from "./concern.ts";

export interface AcceptanceArgs {
  /** The text of a clouds.yaml that lets in the administrator and the member. */
  readonly logins: pulumi.Input<string>;
}

/**
 * Tries the cloud as its users would, once every promise made before this holds, and again in each run
 * that wrote something. Where the cloud does not work, the run fails, and the next one tries again.
 */
export class Acceptance extends Concern {
  /** The table of what was tried the last time; `verify` prints no secret. */
  readonly found: pulumi.Output<string>;

  constructor(name: string, { logins }: AcceptanceArgs, options: ConcernOptions = {}) {
    super("Acceptance", name, options);
    const command = new local.Command(
      `${name}-verify`,
      {
        // As `npm run cloud` would, which might install other packages below the run that it is part of.
        create: `node operations/cloud.ts verify --stack ${pulumi.getStack()} --logins-on-stdin`,
        // What a stack puts out is not there before the run's end. An argument or a variable would be
        // seen by others on the machine, and a secret is encrypted in the state.
        stdin: pulumi.secret(logins),
        triggers: [allWritten()],
        // What was found the last time is nothing to it.
        addPreviousOutputInEnv: false,
      },
      this.after(),
    );
    this.found = command.stdout;
    this.registerOutputs();
  }
}
