import { type Config, inVariant } from "../acceptance/variant.ts";

/** What the testbed's own config leaves out: the services, and what users find in them. */
const services = {
  "quintet:services": true,
  "quintet:tenant": {
    publicKey: "id_ed25519.pub",
    image: { name: "tiny", file: "guest.qcow2" },
  },
};

/** Does something in a variant of the project whose services are wanted: in the testbed's own they are not. */
export function withServices<T>(
  work: (folder: string) => Promise<T>,
  more: Config = {},
): Promise<T> {
  const config = (one: Config) => {
    Object.assign(one, services, more);
    Object.assign(one["quintet:networks"] as object, { echo: "http://203.0.113.1/ip" });
  };
  return inVariant({ config }, work);
}
