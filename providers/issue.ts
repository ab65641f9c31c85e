// The X.509 library needs it to be there first.
import "reflect-metadata";
import type { webcrypto } from "node:crypto";
import * as x509 from "@peculiar/x509";

const algorithm = { name: "ECDSA", namedCurve: "P-256", hash: "SHA-256" };
const authorityDays = 3650;
const leafDays = 825;
const day = 24 * 3600 * 1000;

/** What a leaf certificate says, and who signs it. */
export interface LeafWish {
  readonly commonName: string;
  readonly dnsNames: readonly string[];
  readonly addresses: readonly string[];
  readonly caPem: string;
  readonly caPrivateKeyPem: string;
}

/** A key and a certificate that it signs itself, which may sign others. */
export async function issueAuthority(commonName: string) {
  const keys = await newKeys();
  const certificate = await x509.X509CertificateGenerator.createSelfSigned({
    name: subject(commonName),
    keys,
    ...validity(authorityDays),
    signingAlgorithm: algorithm,
    extensions: [
      new x509.BasicConstraintsExtension(true, 0, true),
      new x509.KeyUsagesExtension(
        x509.KeyUsageFlags.keyCertSign | x509.KeyUsageFlags.cRLSign,
        true,
      ),
      await x509.SubjectKeyIdentifierExtension.create(keys.publicKey),
    ],
  });
  return issued(certificate, keys);
}

/** A key and a certificate for both ends of TLS. */
export async function issueLeaf(wish: LeafWish) {
  const authority = new x509.X509Certificate(wish.caPem);
  const signingKey = await importKey(wish.caPrivateKeyPem);
  const keys = await newKeys();
  const names: x509.JsonGeneralNames = [
    ...wish.dnsNames.map((value) => ({ type: "dns" as const, value })),
    ...wish.addresses.map((value) => ({ type: "ip" as const, value })),
  ];
  const certificate = await x509.X509CertificateGenerator.create({
    subject: subject(wish.commonName),
    issuer: authority.subjectName,
    publicKey: keys.publicKey,
    signingKey,
    ...validity(leafDays, authority.notAfter),
    signingAlgorithm: algorithm,
    extensions: [
      new x509.BasicConstraintsExtension(false, undefined, true),
      new x509.KeyUsagesExtension(x509.KeyUsageFlags.digitalSignature, true),
      new x509.ExtendedKeyUsageExtension([
        x509.ExtendedKeyUsage.serverAuth,
        x509.ExtendedKeyUsage.clientAuth,
      ]),
      new x509.SubjectAlternativeNameExtension(names),
      await x509.SubjectKeyIdentifierExtension.create(keys.publicKey),
      await x509.AuthorityKeyIdentifierExtension.create(authority.publicKey),
    ],
  });
  return issued(certificate, keys);
}

function newKeys() {
  return crypto.subtle.generateKey(algorithm, true, ["sign", "verify"]);
}

function importKey(pem: string) {
  const bytes = x509.PemConverter.decodeFirst(pem);
  return crypto.subtle.importKey("pkcs8", bytes, algorithm, false, ["sign"]);
}

function subject(commonName: string) {
  return [{ O: ["Quintet"] }, { CN: [commonName] }];
}

/** From yesterday on, because the hosts' clocks may be behind until time is kept. */
function validity(days: number, atMost?: Date) {
  const now = Math.floor(Date.now() / 1000) * 1000;
  const end = now + days * day;
  const notAfter = new Date(Math.min(end, atMost?.getTime() ?? end));
  return { notBefore: new Date(now - day), notAfter };
}

async function issued(
  certificate: x509.X509Certificate,
  keys: { privateKey: webcrypto.CryptoKey },
) {
  const key = await crypto.subtle.exportKey("pkcs8", keys.privateKey);
  return {
    certificatePem: `${certificate.toString("pem")}\n`,
    privateKeyPem: `${x509.PemConverter.encode(key, x509.PemConverter.PrivateKeyTag)}\n`,
    notAfter: certificate.notAfter.toISOString(),
  };
}
