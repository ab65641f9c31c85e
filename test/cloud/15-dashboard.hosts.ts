import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { before, describe, test } from "node:test";
import {
  clone,
  drift,
  expectStatus,
  onHost,
  run,
  runFolder,
  up,
  upChangesNothing,
} from "../acceptance/cloud.ts";
import { differing } from "../acceptance/differing.ts";

const address = "203.0.113.2";
const folder = "/etc/apache2/dashboard";
const site = "/etc/apache2/sites-enabled/dashboard.conf";

/** Runs a program in the "internet", and gives what it printed. */
async function outside(command: readonly string[], input = ""): Promise<string> {
  const environment = { ...process.env, QUINTET_TESTBED: runFolder };
  const words = ["node", join(clone, "testbed/main.ts"), "inet", ...command];
  return expectStatus(await run(words, { environment, input, seconds: 180 }), 0).stdout;
}

/** Logs in from outside, with no trust but in what signed the dashboard's certificate. */
async function visit(url: string) {
  const chain = await onHost("compute1", `cat ${folder}/certificate.pem`);
  const trusted = join(runFolder, "dashboard.pem");
  writeFileSync(trusted, chain.slice(chain.lastIndexOf("-----BEGIN CERTIFICATE-----")));
  const password = await onHost(
    "controller",
    `python3 -c 'import json; print(json.load(open("/etc/openstack/clouds.yaml"))["clouds"]["admin"]["auth"]["password"])'`,
  );
  const visitor = ["node", join(import.meta.dirname, "visitor.ts"), url, "admin"];
  const said = await outside(["env", `NODE_EXTRA_CA_CERTS=${trusted}`, ...visitor], password);
  return JSON.parse(said) as {
    login: string;
    page: string;
    status: number;
    title: string;
    greeted: boolean;
    cookies: string[];
  };
}

async function answering(host: string, ports: readonly string[]): Promise<string[]> {
  const program = join(import.meta.dirname, "answering.ts");
  return (await outside(["node", program, host, ...ports])).split("\n").filter((one) => one !== "");
}

describe("the dashboard", () => {
  before(async () => {
    expectStatus(await up(), 0);
  });

  test("lets the administrator in from outside, and remembers who it is", async () => {
    const seen = await visit(`https://${address}`);
    assert.equal(seen.login, "/auth/login/");
    assert.equal(seen.status, 200, JSON.stringify(seen));
    // Without Nova there is no overview to show.
    assert.match(seen.title, /Overview|API Access/);
    assert.ok(seen.greeted);
    for (const name of ["csrftoken", "sessionid"]) {
      const cookies = seen.cookies.filter((one) => one.startsWith(`${name};`));
      assert.ok(cookies.length > 0, name);
      for (const cookie of cookies) assert.match(cookie, /; secure/);
    }
  });

  test("is all that the outside sees of the cloud", async () => {
    const listening = await onHost(
      "compute1",
      "ss -Htln | awk '{ sub(/.*:/, \"\", $4); print $4 }'",
    );
    const usual = "21 22 25 53 80 111 443 3306 5000 5672 6080 8774 9292 9696 11211 16509 24007";
    const ports = [...new Set([...listening.split("\n"), ...usual.split(" ")])].filter(Boolean);
    assert.ok(ports.includes("24007") && ports.includes("22"));
    assert.deepEqual(await answering(address, ports), ["443"]);
    const link = await onHost("compute1", "ip -6 -br addr show dev eth0 scope link");
    const [own = ""] = /fe80:[0-9a-f:]+/.exec(link) ?? [];
    assert.notEqual(own, "");
    assert.deepEqual(await answering(`${own}%eth0`, ports), []);
    // Whoever shares a wire with the gateway can send it packets for the LAN's addresses, too.
    await outside(["ip", "route", "replace", "192.168.0.0/24", "via", address]);
    try {
      for (const host of ["192.168.0.1", "192.168.0.5"]) {
        assert.deepEqual(await answering(host, ports), [], host);
      }
    } finally {
      await outside(["ip", "route", "delete", "192.168.0.0/24"]);
    }
  });

  test("is left as it is by a second up", async () => {
    await upChangesNothing();
  });

  test("shows what is different about it, key by key, and comes back", async () => {
    await onHost(
      "compute1",
      `sed -i 's/+TLSv1.2 +TLSv1.3/all/' ${site} && chmod 644 ${folder}/key.pem &&
iptables -D quintet-public-side 3 && systemctl stop apache2`,
    );
    assert.deepEqual(await differing(), [
      `compute1: File dashboard-${folder}/key.pem: mode`,
      `compute1: File dashboard-${site}: content`,
      "compute1: IptablesRules public-side-rules: 90-nothing-else",
      "compute1: Service dashboard-service: active",
      // A consequence: what does not run does not answer.
      "compute1: Task dashboard-answers: done",
    ]);
    expectStatus(await up(), 0);
    expectStatus(await drift(), 0);
    assert.equal((await visit(`https://${address}`)).status, 200);
  });
});
