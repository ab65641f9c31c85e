import type * as pulumi from "@pulumi/pulumi";
import { type HostPromise, HostResource } from "../resource.ts";
import type { CloudState } from "./contract.ts";

/** One promise about what an API keeps. Its `host` is the controller, from which the API is asked. */
export type CloudPromise<Key, Value> = HostPromise<Key, Value>;

/** Such a promise as a Pulumi resource. */
export class CloudResource<
  Key extends object,
  Value extends object,
  Wish extends object = Value,
> extends HostResource<Key, Value, Wish> {
  constructor(
    state: CloudState<Key, Value>,
    name: string,
    promise: CloudPromise<Key, Wish>,
    options?: pulumi.CustomResourceOptions,
  ) {
    super(state, name, promise, options, "cloud");
  }
}
