import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { type AddressInfo, connect } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, beforeEach, describe, test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { SshApi } from "../../../providers/cloud/api.ts";
import type { Get } from "../../../providers/cloud/contract.ts";
import type { Logins } from "../../../providers/cloud/logins.ts";
import type { Dial } from "../../../providers/cloud/wire.ts";
import { ApiRefused, HostUnreachable, Unseen } from "../../../providers/errors.ts";
import { Secret } from "../../../providers/sh.ts";

type Handler = (asked: IncomingMessage, body: string, answer: ServerResponse) => void;
let handle: Handler;
let asked: string[];
const server = createServer((request, response) => {
  const parts: Buffer[] = [];
  request.on("data", (part: Buffer) => parts.push(part));
  request.on("end", () => {
    asked.push(`${request.method} ${request.url}`);
    handle(request, Buffer.concat(parts).toString(), response);
  });
});
await new Promise<void>((go) => server.listen(0, "127.0.0.1", go));
after(() => server.close());
const { port } = server.address() as AddressInfo;

const cloudsYaml = `
clouds:
  admin:
    auth: {auth_url: "http://controller:5000/v3", username: admin, password: hunter2, project_name: admin}
    region_name: RegionOne
`;
// A host on which every name leads to the server of this test.
const dial: Dial = async () => connect(port, "127.0.0.1");
const opened = (file: string | undefined = cloudsYaml, road = dial) =>
  new SshApi(road, async () => file);

const json = (answer: ServerResponse, status: number, body: unknown, headers = {}) =>
  answer
    .writeHead(status, { "content-type": "application/json", ...headers })
    .end(JSON.stringify(body));
const catalog = [
  {
    type: "compute",
    endpoints: [
      { interface: "public", region_id: "elsewhere", url: "http://far:1/v2.1" },
      { interface: "public", region_id: "RegionOne", url: "http://controller:8774/v2.1/abc" },
    ],
  },
];
/** A Keystone that knows a few users; the first token is number 1. */
function keystone(more: (asked: IncomingMessage, answer: ServerResponse) => boolean = () => false) {
  let tokens = 0;
  handle = (request, body, answer) => {
    if (more(request, answer)) return;
    if (request.url === "/v3/auth/tokens?nocatalog") {
      const right = body.includes('"password":"hunter2"');
      tokens += right ? 1 : 0;
      json(answer, right ? 201 : 401, {}, { "x-subject-token": `token ${tokens}` });
    } else if (request.url === "/v3/auth/catalog") json(answer, 200, { catalog });
    else if (request.method === "GET") json(answer, 200, { users: [{ id: "1" }], links: {} });
    else json(answer, 201, {});
  };
}
const digestOf = (path: string) => createHash("sha256").update(readFileSync(path)).digest("hex");
const users: Get = { service: "identity", path: "/v3/users", list: "users" };
const logins = () => asked.filter((one) => one.startsWith("POST /v3/auth/tokens")).length;
const reads = () => asked.filter((one) => one === "GET /v3/users").length;

beforeEach(() => {
  asked = [];
  keystone();
});

describe("what was read", () => {
  test("serves all promises of the process, with one token", async () => {
    const api = opened();
    const readers = ["User nova", "User glance", "RoleAssignment nova"];
    await Promise.all(readers.map((reader) => api.ask("controller", users, reader)));
    assert.deepEqual([logins(), reads()], [1, 1]);
  });

  test("is that a password holds, without trying it; but who writes has it tried", async () => {
    const known = { holds: async () => true } as unknown as Logins;
    const api = new SshApi(dial, async () => cloudsYaml, "admin", undefined, known);
    const login = { user: "nova", domain: "default", password: new Secret("wrong") };
    assert.equal(await api.ask("controller", { login }, "User nova"), true);
    assert.equal(logins(), 0);
    assert.equal(await api.ask("controller", { login }), false);
    assert.equal(logins(), 1);
  });

  test("is asked ahead by the next process, once it begins to look, and not of who is down", async () => {
    const folder = mkdtempSync(join(tmpdir(), "quintet-api-"));
    after(() => rmSync(folder, { recursive: true, force: true }));
    const file = join(folder, "asked.json");
    const process = (down: readonly string[]) =>
      new SshApi(dial, async () => cloudsYaml, "admin", {
        file,
        skip: (host) => down.includes(host),
      });
    const first = process([]);
    first.askAhead(true);
    await first.ask("controller", users, "User nova");
    const login = { user: "nova", domain: "default", password: new Secret("hunter2") };
    await first.ask("controller", { login }, "User nova");
    await sleep(400);
    assert.deepEqual(JSON.parse(readFileSync(file, "utf8")), { controller: [users] }, "no log-in");

    asked = [];
    process(["controller"]).askAhead(true);
    const second = process([]);
    await sleep(50);
    assert.deepEqual(asked, []);
    second.askAhead(true);
    second.askAhead(true);
    for (const end = Date.now() + 5000; reads() === 0 && Date.now() < end; ) await sleep(5);
    assert.equal(reads(), 1);
    await second.ask("controller", users, "User nova");
    assert.equal(reads(), 1);
    await second.ask("controller", users);
    assert.equal(reads(), 2);
  });

  test("that was asked ahead and failed is asked again by whoever needs it", async () => {
    const api = opened();
    let broken = true;
    keystone(({ url }, answer) => {
      if (url !== "/v3/users" || !broken) return false;
      broken = false;
      answer.writeHead(503).end();
      return true;
    });
    const ahead = api.ask("controller", users);
    const needed = ["User nova", "User glance"].map((who) => api.ask("controller", users, who));
    await assert.rejects(ahead, Unseen);
    assert.deepEqual(await Promise.all(needed), [[{ id: "1" }], [{ id: "1" }]]);
    assert.equal(reads(), 2);
  });

  test("is read anew for a promise that looks again, and for whoever must know what is there now", async () => {
    const api = opened();
    for (const reader of ["one", "one", undefined]) await api.ask("controller", users, reader);
    assert.deepEqual([logins(), reads()], [1, 3]);
  });

  test("is void after a write to that service", async () => {
    const api = opened();
    await api.ask("controller", users, "one");
    const call = { method: "POST", service: "identity", path: "/v3/users", body: {} } as const;
    await api.send("controller", call, "create a user");
    await api.ask("controller", users, "two");
    assert.equal(reads(), 2);
  });

  test("is void as well when it was read during a write, or the answer to the write was lost", async () => {
    const api = opened();
    let during: Promise<unknown> | undefined;
    keystone(({ method, url }, answer) => {
      const write = method === "PATCH" && url === "/v3/users/1";
      if (write) {
        during = api.ask("controller", users, "one");
        during.finally(() => answer.destroy());
      }
      return write;
    });
    const call = { method: "PATCH", service: "identity", path: "/v3/users/1", body: {} } as const;
    await assert.rejects(api.send("controller", call, "change a user"), Unseen);
    await during;
    await api.ask("controller", users, "two");
    assert.equal(reads(), 2);
  });

  test("is whole: further pages are followed, in the way of each service", async () => {
    const pages: Record<string, unknown> = {
      "/v3/users": { users: [1], links: { next: "http://controller:5000/v3/users?marker=1" } },
      "/v3/users?marker=1": { users: [2], users_links: [{ rel: "next", href: "/v3/users?m=2" }] },
      "/v3/users?m=2": { users: [3], next: "/v3/users?m=3" },
      "/v3/users?m=3": { users: [4], links: { next: null } },
    };
    keystone(({ url = "" }, answer) => {
      if (url in pages) json(answer, 200, pages[url]);
      return url in pages;
    });
    assert.deepEqual(await opened().ask("controller", users), [1, 2, 3, 4]);
  });

  test("is refused when the API has cut it short: what is missing would be taken for absent", async () => {
    keystone(({ url }, answer) => {
      if (url === "/v3/users") json(answer, 200, { users: [1], truncated: true });
      return url === "/v3/users";
    });
    await assert.rejects(opened().ask("controller", users), ApiRefused);
  });
});

test("a token that ended is asked for once more, by all who meet its end", async () => {
  keystone(({ headers, url }, answer) => {
    const old = headers["x-auth-token"] === "token 1" && url !== "/v3/auth/catalog";
    if (old) json(answer, 401, { error: { message: "expired" } });
    return old;
  });
  const api = opened();
  const two = [
    api.ask("controller", users, "one"),
    api.ask("controller", { ...users, path: "/v3/u" }),
  ];
  await Promise.all(two);
  assert.equal(logins(), 2);
});

test("a service that has just started may refuse what it allows a moment later; what it does not allow stays refused", async () => {
  keystone(({ url }, answer) => {
    const refused = url === "/v3/roles" || (url === "/v3/users" && reads() === 1);
    if (refused) json(answer, 403, { error: { message: "not authorized" } });
    return refused;
  });
  const api = opened();
  await Promise.all([
    api.ask("controller", users),
    assert.rejects(api.ask("controller", { ...users, path: "/v3/roles" }), ApiRefused),
  ]);
});

test("a service is where the catalog says, in the region and by the face of clouds.yaml", async () => {
  const dialled: string[] = [];
  const api = opened(cloudsYaml, async (host, address, at) => {
    dialled.push(`${host} ${address} ${at}`);
    return dial(host, address, at);
  });
  await api.ask("controller", { service: "compute", path: "/v2.1/flavors" });
  assert.equal(dialled.at(-1), "controller controller 8774");
  assert.equal(asked.at(-1), "GET /v2.1/flavors");
});

describe("what the same run can repair is unseen", () => {
  const unseen = (api: SshApi, said: RegExp, question: Get = users) =>
    assert.rejects(api.ask("controller", question), (error) => {
      assert.ok(error instanceof Unseen, String(error));
      assert.match(error.message, said);
      assert.doesNotMatch(error.message, /hunter2/);
      return true;
    });

  test("an API where nobody listens", async () => {
    const closed: Dial = async () => connect(1, "127.0.0.1");
    await unseen(opened(cloudsYaml, closed), /ECONNREFUSED/);
  });

  test("an API that fails, or ends before it has answered", async () => {
    keystone(({ url }, answer) => {
      if (url === "/v3/users") json(answer, 503, {});
      return url === "/v3/users";
    });
    await unseen(opened(), /answered 503/);
    keystone(({ url }, answer) => {
      if (url === "/v3/users") answer.destroy();
      return url === "/v3/users";
    });
    await unseen(opened(), /hang up/);
  });

  test("a controller without clouds.yaml, or with one that says nothing", async () => {
    await unseen(new SshApi(dial, async () => undefined), /no .*clouds\.yaml/);
    await unseen(opened("clouds: {admin: {auth: {password: hunter2}}}"), /auth\.auth_url/);
    await unseen(opened("hunter2: [a\n: b"), /does not describe/);
  });

  test("a password that Keystone does not take", async () => {
    await unseen(opened(cloudsYaml.replace("hunter2", "other")), /answered 401 to admin/);
  });

  test("a service that is not in the catalog yet", async () => {
    await unseen(opened(), /no image service/, { service: "image", path: "/v2/images" });
  });

  test("but not a host that cannot be reached", async () => {
    const api = opened(cloudsYaml, () =>
      Promise.reject(new HostUnreachable("controller", "off", "switch it on")),
    );
    await assert.rejects(api.ask("controller", users), HostUnreachable);
  });
});

test("an API that is asked again after it failed is asked, not remembered", async () => {
  let down = true;
  keystone((_asked, answer) => {
    if (down) answer.destroy();
    return down;
  });
  const api = opened();
  await assert.rejects(api.ask("controller", users, "one"), Unseen);
  down = false;
  assert.deepEqual(await api.ask("controller", users, "one"), [{ id: "1" }]);
});

test("a refusal says what was asked and wanted, what the API said and what is next; never a secret", async () => {
  keystone(({ method, url }, answer) => {
    const write = method === "PATCH" && url === "/v3/users/1";
    if (write) json(answer, 400, { error: { message: "hunter3 is too short", code: 400 } });
    return write;
  });
  const body = { user: { email: "a@b", password: new Secret("hunter3") } };
  const call = { method: "PATCH", service: "identity", path: "/v3/users/1", body } as const;
  await assert.rejects(opened().send("controller", call, "set email of the user nova"), (error) => {
    assert.ok(error instanceof ApiRefused);
    assert.equal(
      error.message,
      `could not set email of the user nova
  PATCH /v3/users/1 of the identity API on controller answered 400: [secret] is too short
  wanted: {"user":{"email":"a@b","password":"[secret]"}}
  Next: correct what is wanted, by what the API says about it.`,
    );
    return true;
  });
});

test("a password is tried, and the answer is whether it lets in", async () => {
  const api = opened();
  const holds = (password: string) =>
    api.ask("controller", {
      login: { user: "nova", domain: "default", password: new Secret(password) },
    });
  assert.equal(await holds("hunter2"), true);
  assert.equal(await holds("another"), false);
});

test("Nova is asked in the form that our kinds read", async () => {
  let version: unknown;
  keystone(({ headers }) => {
    version = headers["openstack-api-version"];
    return false;
  });
  await opened().ask("controller", { service: "compute", path: "/v2.1/flavors" });
  assert.equal(version, "compute 2.61");
});

test("a file travels as it is, and one that is cut off on its way leaves the rest to the next run", async () => {
  const upload = { path: "LICENSE", checksum: `sha256:${digestOf("LICENSE")}` };
  const call = { method: "PUT", service: "identity", path: "/v3/file", upload } as const;
  let taken = "";
  handle = ((next) => (request, body, answer) => {
    if (request.url === "/v3/file") taken = body;
    next(request, body, answer);
  })(handle);
  await opened().send("controller", call, "upload");
  assert.equal(taken, readFileSync("LICENSE", "utf8"));
  keystone(({ url }, answer) => {
    if (url === "/v3/file") answer.destroy();
    return url === "/v3/file";
  });
  await assert.rejects(opened().send("controller", call, "upload"), Unseen);
});
