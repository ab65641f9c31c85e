import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { issueAuthority, issueLeaf } from "../../providers/issue.ts";
import { BadConfig } from "../../site/problems.ts";
import { parseSite } from "../../site/site.ts";
import { sample, texts } from "./sample.ts";

const hidden = new Set(["quintet:dashboard.key"]);

function site(config: Record<string, unknown>, secrets = hidden) {
  return parseSite(texts({ ...sample(), services: true, ...config }), secrets);
}

/** "path: found" of each problem. */
function problems(config: Record<string, unknown>, secrets = hidden): string[] {
  try {
    site(config, secrets);
  } catch (error) {
    if (!(error instanceof BadConfig)) throw error;
    return error.problems.map(({ path, found }) => `${path.join(".")}: ${found}`);
  }
  return [];
}

async function issued(dnsNames: string[]) {
  const authority = await issueAuthority("some authority");
  const { certificatePem, privateKeyPem } = await issueLeaf({
    commonName: "a host",
    dnsNames,
    addresses: [],
    caPem: authority.certificatePem,
    caPrivateKeyPem: authority.privateKeyPem,
  });
  return { certificate: certificatePem, key: privateKeyPem };
}

describe("the dashboard of a site", () => {
  test("is found at the gateway's address outside", () => {
    assert.deepEqual(site({}).dashboard, {
      url: "https://203.0.113.2",
      address: "203.0.113.2",
      names: ["203.0.113.2", "compute1", "gateway"],
    });
  });

  test("is also called by the name of its own that it has been given", () => {
    const { url, names } = site({ dashboard: { url: "https://localhost:8443" } }).dashboard ?? {};
    assert.equal(url, "https://localhost:8443");
    assert.deepEqual(names, ["203.0.113.2", "localhost", "compute1", "gateway"]);
  });

  test("is not there without services", () => {
    assert.equal(site({ services: false }).dashboard, undefined);
  });

  test("needs the gateway's address outside", () => {
    const { hosts, networks } = sample();
    const noAddress = hosts.map(({ publicAddress: _, ...host }: Record<string, unknown>) => host);
    assert.deepEqual(problems({ networks, hosts: noAddress }), ["hosts.1.publicAddress: nothing"]);
    assert.deepEqual(problems({ networks, hosts: noAddress, services: false }), []);
  });

  test("has an address of https without a path", () => {
    for (const url of ["http://cloud.example.org", "cloud.example.org", "https://a.org/x"]) {
      assert.deepEqual(problems({ dashboard: { url } }), [`dashboard.url: ${JSON.stringify(url)}`]);
    }
  });
});

describe("a certificate of one's own", () => {
  test("goes in place of a drawn one", async () => {
    const own = await issued(["cloud.example.org"]);
    const { dashboard } = site({ dashboard: { url: "https://cloud.example.org", ...own } });
    assert.equal(dashboard?.certificate?.pem, own.certificate);
    assert.equal(dashboard?.certificate?.key.reveal(), own.key);
  });

  test("comes with its key, which is encrypted", async () => {
    const { certificate, key } = await issued(["cloud.example.org"]);
    assert.deepEqual(problems({ dashboard: { certificate } }), [
      "dashboard.key: nothing, beside a certificate",
    ]);
    assert.deepEqual(problems({ dashboard: { key } }), [
      "dashboard.certificate: nothing, beside a key",
    ]);
    const [plain = ""] = problems({ dashboard: { certificate, key } }, new Set());
    assert.match(plain, /^dashboard.key: a key in plain text/);
  });

  test("is refused with another one's key, for another name, or as no certificate at all", async () => {
    const { certificate, key } = await issued(["cloud.example.org"]);
    const other = await issued(["cloud.example.org"]);
    assert.deepEqual(problems({ dashboard: { certificate, key: other.key } }), [
      "dashboard.key: another certificate's key",
    ]);
    assert.deepEqual(problems({ dashboard: { certificate, key: "a key" } }), [
      "dashboard.key: no key in PEM",
    ]);
    assert.deepEqual(problems({ dashboard: { certificate: "one", key } }), [
      "dashboard.certificate: no certificate in PEM",
    ]);
    const [wrongName = ""] = problems({
      dashboard: { certificate, key, url: "https://elsewhere.example.org" },
    });
    assert.match(wrongName, /^dashboard.certificate: a certificate for DNS:cloud\.example\.org/);
  });
});

describe("networks of operators", () => {
  test("are taken as they stand, a single address among them", () => {
    const operators = ["198.51.100.0/24", "192.0.2.7/32"];
    const networks = { ...sample().networks, operators };
    assert.deepEqual(site({ networks }).networks.operators, operators);
  });

  test("are written in the one way that the packet filter gives them back", () => {
    for (const one of ["198.51.100.7/24", "198.51.100.7", "0.0.0.0/0", "somewhere"]) {
      const networks = { ...sample().networks, operators: [one] };
      assert.deepEqual(problems({ networks }), [`networks.operators.0: "${one}"`]);
    }
  });
});
