import * as pulumi from "@pulumi/pulumi";

/** What a concern may be told beside its arguments. */
export interface ConcernOptions extends pulumi.ComponentResourceOptions {
  /** Resources that have to be in place before any child that is made with `after` is looked at. */
  readonly dependsOn?: pulumi.Resource[];
}

/**
 * One concern of the cloud. Pulumi does not hand a component's `dependsOn` on to its children; this
 * does, so that `dependsOn: [gateway]` means what it says.
 */
export class Concern extends pulumi.ComponentResource {
  readonly #before: readonly pulumi.Resource[];

  constructor(kind: string, name: string, { dependsOn = [], ...options }: ConcernOptions) {
    // A component that waits for what it follows holds up a child that follows less.
    super(`quintet:index:${kind}`, name, {}, options);
    this.#before = dependsOn;
  }

  /**
   * Comes when the engine has heard of this concern, and of what it begins with. For the first one of a
   * program: the engine takes a while to start what looks at hosts, and the rest is declared meanwhile.
   */
  announced(): Promise<void> {
    return new Promise((heard) => this.urn.apply(() => setImmediate(heard)));
  }

  /** Options of a child that follows these resources, and all that the component follows. */
  protected after(...resources: readonly pulumi.Resource[]): pulumi.CustomResourceOptions {
    return { parent: this, dependsOn: [...this.#before, ...resources] };
  }
}
