import { isIP } from "node:net";
import * as pulumi from "@pulumi/pulumi";
import { z } from "zod";
import { type Drawn, DrawnResource } from "./drawn-resource.ts";
import { same } from "./values.ts";

const commonName = z
  .string()
  .regex(/^[A-Za-z0-9 ._-]{1,64}$/, "a name is letters, digits, blanks, dots, dashes");
const authorityInputs = z.strictObject({ commonName, draw: z.number().int() });
const leafInputs = z.strictObject({
  commonName,
  dnsNames: z.array(z.string().min(1)),
  addresses: z.array(z.string().refine((text) => isIP(text) > 0, "not an IP address")),
  caPem: z.string(),
  caPrivateKeyPem: z.string(),
  draw: z.number().int(),
});
type AuthorityInputs = z.infer<typeof authorityInputs>;
type LeafInputs = z.infer<typeof leafInputs>;

interface Issued {
  readonly certificatePem: string;
  readonly privateKeyPem: string;
  readonly notAfter: string;
}
type AuthorityOutputs = AuthorityInputs & Issued;
type LeafOutputs = Omit<LeafInputs, "caPrivateKeyPem"> & Issued;

// X.509 takes a tenth of a second to load, so it is loaded only when something has to be issued.
const issue = () => import("./issue.ts");

// The drift check shows it this long before the end, in time for whoever looks once a month.
const renewDaysAhead = 60;

function endsSoon(notAfter: string): boolean {
  return Date.parse(notAfter) - Date.now() < renewDaysAhead * 24 * 3600 * 1000;
}

/** A private authority: a key on P-256 and a certificate that it signs itself, for ten years. Renewed as leaves are. */
export const certificateAuthority = {
  inputs: authorityInputs,

  async draw(wish) {
    return { ...wish, ...(await (await issue()).issueAuthority(wish.commonName)) };
  },

  stale(drawn, { commonName, draw }) {
    return endsSoon(drawn.notAfter) || !same([drawn.commonName, drawn.draw], [commonName, draw]);
  },
} satisfies Drawn<AuthorityInputs, AuthorityOutputs>;

/** A certificate for both ends of TLS, with a key of its own, for 825 days; the last 60 ask for a new one. */
export const certificate = {
  inputs: leafInputs,

  async draw({ caPrivateKeyPem, ...wish }) {
    const issued = await (await issue()).issueLeaf({ ...wish, caPrivateKeyPem });
    return { ...wish, ...issued };
  },

  // The authority's key belongs to its certificate, so it need not be kept to be compared.
  stale(drawn, { caPrivateKeyPem: _, ...wish }) {
    const { commonName, dnsNames, addresses, caPem, draw } = drawn;
    return (
      endsSoon(drawn.notAfter) || !same({ commonName, dnsNames, addresses, caPem, draw }, wish)
    );
  },
} satisfies Drawn<LeafInputs, LeafOutputs>;

/** Whom the authority speaks for, and which draw of it. */
export interface CertificateAuthorityArgs {
  readonly commonName: pulumi.Input<string>;
  /** A counter; when it moves, the authority and all that it has signed are made anew. 1 when left out. */
  readonly draw?: pulumi.Input<number>;
}

/** A private certificate authority. Its key is in the stack's state and on no host. */
export class CertificateAuthority extends DrawnResource {
  declare readonly certificatePem: pulumi.Output<string>;
  /** Secret: PKCS #8. */
  declare readonly privateKeyPem: pulumi.Output<string>;
  /** When it ends, in ISO 8601. */
  declare readonly notAfter: pulumi.Output<string>;

  constructor(
    name: string,
    { commonName, draw = 1 }: CertificateAuthorityArgs,
    options?: pulumi.CustomResourceOptions,
  ) {
    const outputs = { certificatePem: undefined, privateKeyPem: undefined, notAfter: undefined };
    const props = { commonName, draw, ...outputs };
    super("CertificateAuthority", name, props, ["privateKeyPem"], options);
  }
}

/** Whose certificate, signed by whom, and which draw of it. */
export interface CertificateArgs {
  readonly authority: CertificateAuthority;
  readonly commonName: pulumi.Input<string>;
  /** The host names that a peer may know it by. */
  readonly dnsNames: pulumi.Input<string[]>;
  /** The addresses that a peer may know it by. */
  readonly addresses: pulumi.Input<string[]>;
  /** A counter; when it moves, key and certificate are made anew. 1 when left out. */
  readonly draw?: pulumi.Input<number>;
}

/** A certificate with its key, signed by a private authority. */
export class Certificate extends DrawnResource {
  declare readonly certificatePem: pulumi.Output<string>;
  /** Secret: PKCS #8. */
  declare readonly privateKeyPem: pulumi.Output<string>;
  /** The authority's certificate. */
  declare readonly caPem: pulumi.Output<string>;
  /** When it ends, in ISO 8601. */
  declare readonly notAfter: pulumi.Output<string>;
  declare readonly draw: pulumi.Output<number>;

  constructor(
    name: string,
    { authority, draw = 1, ...names }: CertificateArgs,
    options?: pulumi.CustomResourceOptions,
  ) {
    const ca = {
      caPem: authority.certificatePem,
      caPrivateKeyPem: pulumi.secret(authority.privateKeyPem),
    };
    const outputs = { certificatePem: undefined, privateKeyPem: undefined, notAfter: undefined };
    const props = { ...names, ...ca, draw, ...outputs };
    super("Certificate", name, props, ["privateKeyPem"], options);
  }
}
