import { type Config, inVariant } from "../acceptance/variant.ts";

/** Does something in a variant of the project whose services are wanted: in the testbed's own they are not. */
export function withServices<T>(
  work: (folder: string) => Promise<T>,
  more: Config = {},
): Promise<T> {
  const config = (one: Config) => {
    Object.assign(one, { "quintet:services": true, ...more });
  };
  return inVariant({ config }, work);
}
