import assert from "node:assert/strict";
import { spawn, spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { after, afterEach, before, beforeEach, describe, test } from "node:test";
import { credentialPath } from "../../profiles/administrator.ts";
import { cloudsFile } from "../../profiles/credential.ts";
import { selectProfile } from "../../profiles/profile.ts";

const { compute, control, signs } = selectProfile("debian13-epoxy").cloud;
const host = "compute5";
const surroundings = {
  ...{ controller: "controller", address: "192.168.0.1", region: "RegionOne", dashboard: "" },
  ...{ workers: 1, passwordRounds: 12, computes: 4 },
  ...{ acceleration: "none" as const, datapath: "userspace" as const },
};

// The one fake: the APIs of a controller, which know hosts by their services and agents.
interface Known {
  readonly id: string;
  readonly host: string;
}
let services: Known[];
let agents: Known[];
/** What comes back whenever it is deleted. */
let comingBack = false;
let catalogue: readonly string[];
let refusing: number | undefined;
/** How Keystone refuses whoever logs in; nobody without it. */
let shut: number | undefined;
/** What it was told last. */
let told = "";
let server: Server;
let url: string;

function answer(method: string, path: string): [number, unknown] {
  const [, root = "", kind = "", id] = path.split(/[/?]/);
  if (path === "/v3/auth/tokens") {
    if (shut !== undefined) return [shut, { error: { code: shut } }];
    const endpoints = (type: string) =>
      ["public", "internal", "admin"].map((face) => ({
        interface: face,
        region_id: "RegionOne",
        url: addresses[type] ?? url,
      }));
    return [
      201,
      { token: { catalog: catalogue.map((type) => ({ type, endpoints: endpoints(type) })) } },
    ];
  }
  if (refusing !== undefined && method === "DELETE") return [refusing, { conflict: "busy" }];
  const all = root === "v2.1" ? services : agents;
  if (method === "GET") {
    const asked = new URL(path, url).searchParams.get("host");
    return [
      200,
      { [kind.replace("os-", "")]: all.filter((one) => asked === null || one.host === asked) },
    ];
  }
  if (!all.some((one) => one.id === id)) return [404, {}];
  if (!comingBack)
    all.splice(
      all.findIndex((one) => one.id === id),
      1,
    );
  return [204, undefined];
}

let addresses: Record<string, string>;

// Every host of ours has it; this machine need not.
const skip = spawnSync("python3", ["--version"]).status === 0 ? false : "there is no python3 here";

describe("a host that has left", { skip }, () => {
  let folder: string;
  before(async () => {
    server = createServer(async (request, response) => {
      const asked = await text(request);
      if (request.method === "POST") told = asked;
      const [status, body] = answer(request.method ?? "", request.url ?? "");
      response.writeHead(status, { "x-subject-token": "token" });
      response.end(body === undefined ? "" : JSON.stringify(body));
    });
    await new Promise<void>((listening) => server.listen(0, "127.0.0.1", listening));
    url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  });
  after(() => server.close());
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "quintet-forget-"));
    credential(`${url}/v3`);
    services = [
      { id: "one", host: "compute1" },
      { id: "five", host },
    ];
    agents = [
      { id: "switch-one", host: "compute1" },
      { id: "switch-five", host },
    ];
    comingBack = false;
    catalogue = ["identity", "compute", "network"];
    refusing = undefined;
    shut = undefined;
    addresses = { compute: `${url}/v2.1` };
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  function credential(identity: string): void {
    const site = {
      ...surroundings,
      ...{ name: "admin", user: "admin", project: "admin", password: "hunter2" },
    };
    const file = JSON.parse(cloudsFile([site]));
    file.clouds.admin.auth.auth_url = identity;
    writeFileSync(join(folder, "clouds.yaml"), JSON.stringify(file));
  }

  /** Runs a script of the profile as on a controller whose units are in this state. */
  async function onController(script: string, state = "active") {
    writeFileSync(join(folder, "systemctl"), `#!/bin/sh\necho ${state}\n`, { mode: 0o755 });
    const here = script.replaceAll(credentialPath, join(folder, "clouds.yaml"));
    const environment = { ...process.env, PATH: `${folder}:${process.env.PATH}` };
    const shell = spawn("sh", ["-c", here], { env: environment });
    const ended = new Promise<number | null>((resolve) => shell.on("close", resolve));
    const [stdout, stderr] = await Promise.all([text(shell.stdout), text(shell.stderr)]);
    return { status: await ended, stdout, stderr };
  }
  const cleanUp = (state?: string) =>
    onController(compute.forgotten(host).cleanUp?.text ?? "exit 9", state);
  const ids = () => [...services, ...agents].map(({ id }) => id).join();

  test("is known to nobody any more, and others stay", async () => {
    const { status, stderr } = await cleanUp();
    assert.equal(status, 0, stderr);
    assert.equal(ids(), "one,switch-one");
    // With nothing left to forget it holds, too.
    assert.equal((await cleanUp()).status, 0);
  });

  test("is forgotten as its promise goes, though its check always holds", () => {
    const { undo, check } = compute.forgotten(host);
    assert.equal(check.text, ":");
    assert.equal(undo, undefined);
  });

  test("is an error while Nova will not let go of it, with what Nova said", async () => {
    refusing = 409;
    const { status, stderr } = await cleanUp();
    assert.equal(status, 1);
    assert.match(
      stderr,
      /^compute5 has left.*os-services\/five answered 409: .*busy.*\n {2}Next: /,
    );
  });

  test("is an error when it comes back, since something on it still runs", async () => {
    comingBack = true;
    const { status, stderr } = await cleanUp();
    assert.equal(status, 1);
    assert.match(stderr, /compute5 has left, and comes back.*\n {2}Next: look on compute5/);
  });

  for (const [service, unit] of [
    ["identity", "keystone"],
    ["compute", "nova-api"],
    ["network", "neutron-api"],
  ] as const) {
    const silence = () => {
      // Nobody listens there.
      addresses = { ...addresses, [service]: "http://127.0.0.1:9" };
      if (service === "identity") credential("http://127.0.0.1:9/v3");
    };

    test(`is an error while ${unit} runs and does not answer`, async () => {
      silence();
      const { status, stderr } = await cleanUp();
      assert.equal(status, 1);
      assert.match(
        stderr,
        new RegExp(`^compute5 has left.*${unit}.service is active, and its API`),
      );
      assert.match(stderr, /Connection refused.*\n {2}Next: /);
      assert.doesNotMatch(stderr, /Traceback|hunter2/);
    });

    test(`keeps no destroy from going on where ${unit} is stopped`, async () => {
      silence();
      for (const state of ["inactive", "failed"]) {
        const { status, stderr } = await cleanUp(state);
        assert.equal(status, 0, stderr);
      }
    });
  }

  test("is forgotten by those that answer where another one is stopped", async () => {
    addresses = { compute: "http://127.0.0.1:9" };
    await cleanUp("inactive");
    assert.equal(ids(), "one,five,switch-one");
  });

  test("is let go of where there is nobody to be asked: no entry, no credential", async () => {
    catalogue = ["identity"];
    assert.equal((await cleanUp()).status, 0);
    rmSync(join(folder, "clouds.yaml"));
    assert.equal((await cleanUp()).status, 0);
  });

  describe("beside it, with the same log-in", () => {
    const bootstrap = control.credential.bootstrap(surroundings);

    test("the administrator can log in, or not, or nobody can tell", async () => {
      assert.equal((await onController(bootstrap.check.text)).status, 0);
      catalogue = ["compute"];
      assert.equal((await onController(bootstrap.check.text)).status, 1);
      credential("http://127.0.0.1:9/v3");
      assert.equal((await onController(bootstrap.check.text)).status, 2);
    });

    test("it is the administrator's password that is tried, and a refusal is told from a failure", async () => {
      await onController(bootstrap.check.text);
      assert.match(told, /"methods": \["password"\].*"name": "admin", "password": "hunter2"/);
      assert.match(told, /"scope": \{"project": \{"name": "admin"/);
      shut = 401;
      assert.equal((await onController(bootstrap.check.text)).status, 1);
      shut = 500;
      const { status, stderr } = await onController(bootstrap.check.text);
      assert.deepEqual([status, stderr], [2, "Keystone answers HTTP 500\n"]);
    });

    test("the doctor is told what the APIs say, and why others say nothing", async () => {
      const { stdout } = await onController(signs.ask.text);
      const { said, silent } = JSON.parse(stdout);
      const hosts = said.agents.map((one: Known) => one.host);
      assert.deepEqual(hosts, ["compute1", "compute5"]);
      assert.equal(silent.image, "it is not in the catalogue");
      assert.equal(typeof said.identity, "number");
    });
  });
});
