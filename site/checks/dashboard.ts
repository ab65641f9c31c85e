import { createPrivateKey, X509Certificate } from "node:crypto";
import { type Draft, draftHosts } from "../draft.ts";
import { isAddress } from "../ipv4.ts";
import { type Problem, remove, set, setSecret } from "../problems.ts";
import type { IsSecret } from "../secrets.ts";

/** Services without an address to show them at; a certificate of one's own that does not fit. */
export function checkDashboard(draft: Draft, isSecret: IsSecret): readonly Problem[] {
  return [...publicAddress(draft), ...ownCertificate(draft, isSecret)];
}

function publicAddress(draft: Draft): readonly Problem[] {
  const gateway = draftHosts(draft).find(({ host }) => host.roles?.includes("gateway"));
  // What has the wrong shape has been told already, and is not in the draft.
  if (!draft.services || !gateway || "publicAddress" in gateway.host) return [];
  const path = [...gateway.at, "publicAddress"];
  const allowed = "the gateway's address outside, at which the dashboard of the services is shown";
  return [{ path, found: "nothing", allowed, fix: set(path, "203.0.113.2") }];
}

function ownCertificate({ dashboard }: Draft, isSecret: IsSecret): readonly Problem[] {
  const { certificate, key, url } = dashboard ?? {};
  const place = ["dashboard", "certificate"];
  const keyPlace = ["dashboard", "key"];
  if (certificate === undefined && key === undefined) return [];
  const brought =
    'pulumi config set --path quintet:dashboard.certificate -- "$(cat fullchain.pem)"';
  const allowed = "a certificate and its key, both in PEM, or neither of them";
  if (certificate === undefined) {
    return [{ path: place, found: "nothing, beside a key", allowed, fix: brought }];
  }
  const fix = setSecret(keyPlace);
  if (key === undefined) {
    return [{ path: keyPlace, found: "nothing, beside a certificate", allowed, fix }];
  }
  if (!isSecret(keyPlace)) {
    const found = "a key in plain text (the file's history keeps it: take another one)";
    return [{ path: keyPlace, found, allowed: "the certificate's key in PEM, encrypted", fix }];
  }
  const parsed = tried(() => new X509Certificate(certificate));
  if (!parsed) return [{ path: place, found: "no certificate in PEM", allowed, fix: brought }];
  const privateKey = tried(() => createPrivateKey(key));
  if (!privateKey || !parsed.checkPrivateKey(privateKey)) {
    const found = privateKey ? "another certificate's key" : "no key in PEM";
    return [{ path: keyPlace, found, allowed: "the certificate's own key", fix }];
  }
  const name = url === undefined ? undefined : tried(() => new URL(url).hostname);
  if (name === undefined) return [];
  const fits = isAddress(name) ? parsed.checkIP(name) : parsed.checkHost(name);
  if (fits !== undefined) return [];
  return [
    {
      path: place,
      found: `a certificate for ${parsed.subjectAltName ?? "no name"}`,
      allowed: `one for ${name}, which dashboard.url has`,
      fix: remove(["dashboard", "url"]),
    },
  ];
}

/** undefined where it cannot be done: what is in PEM is judged by whoever reads it. */
function tried<Result>(attempt: () => Result): Result | undefined {
  try {
    return attempt();
  } catch {
    return undefined;
  }
}
