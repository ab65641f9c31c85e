import { clone } from "../acceptance/cloud.ts";
import { type Config, inVariant } from "../acceptance/variant.ts";

/** Does something in the project, or in a variant of it with more in its config. */
export function withServices<T>(work: (folder: string) => Promise<T>, more?: Config): Promise<T> {
  if (!more) return work(clone);
  return inVariant({ config: (one) => void Object.assign(one, more) }, work);
}
