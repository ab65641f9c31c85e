import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { before, test } from "node:test";
import * as pulumi from "@pulumi/pulumi";
import { User } from "../../providers/cloud/user.ts";
import { BadPromise } from "../../providers/errors.ts";
import { File } from "../../providers/file.ts";
import { GlusterVolume } from "../../providers/gluster-volume.ts";
import { Password } from "../../providers/password.ts";
import { Sysctl } from "../../providers/sysctl.ts";

// The one fake: an engine that registers resources and says yes.
const registered = new Map<string, Record<string, unknown>>();
before(() =>
  pulumi.runtime.setMocks({
    newResource: ({ name, inputs }) => {
      registered.set(name, inputs);
      return { id: name, state: inputs };
    },
    call: () => ({}),
  }),
);

const runtime = { value: "1", path: "/etc/motd" };
const text = async (resource: pulumi.Resource, name: string) => {
  await new Promise((done) => pulumi.output(resource.urn).apply(done));
  return String(registered.get(name)?.__provider);
};

test("what the state holds of a provider is small, and the same for every kind but its name", async () => {
  const value = { content: "", owner: "root", group: "root", mode: "0644" };
  const file = new File("a-file", { host: "h", key: { path: runtime.path }, value });
  const sysctl = new Sysctl("a-sysctl", {
    host: "h",
    key: { name: "vm.swappiness" },
    value: { runtime: runtime.value, boot: runtime.value },
  });
  const user = new User("a-user", { host: "controller", key: { name: "nova" }, value: {} });
  assert.equal(await text(user, "a-user"), (await text(file, "a-file")).replaceAll("File", "User"));
  const [ofFile, ofSysctl] = [await text(file, "a-file"), await text(sysctl, "a-sysctl")];
  assert.ok(ofFile.length > 100 && ofFile.length < 500, `${ofFile.length} characters`);
  assert.equal(ofFile.replaceAll('"File"', "KIND"), ofSysctl.replaceAll('"Sysctl"', "KIND"));
});

/** Run as the provider process runs what the state holds: by the SDK's six calls. */
function run(stored: string): { check(...given: object[]): Promise<{ failures: object[] }> } {
  const folder = mkdtempSync(join(tmpdir(), "quintet-stored-"));
  try {
    writeFileSync(join(folder, "stored.cjs"), stored);
    return createRequire(import.meta.url)(join(folder, "stored.cjs")).handler();
  } finally {
    rmSync(folder, { recursive: true });
  }
}

test("what the state holds checks a wish against what was seen, and an older one without", async () => {
  const key = { name: "instances" };
  const value = { bricks: ["h:/export/brick/a"], replica: 1 };
  const volume = new GlusterVolume("a-volume", { host: "h", key, value });
  const now = await text(volume, "a-volume");
  const older = now.replace(/check:[^,]+,[^,]+,/, 'check:(...a)=>f("check",a.slice(1)),');
  assert.match(older, /check:.*a\.slice\(1\)\),diff:/);
  const wish = { ...value, at: { host: "h", key, claim: "a-volume", stack: "nobody" } };
  const seen = { ...wish, bricks: ["h:/export/brick/b"] };
  const refused = /^GlusterVolume a-volume on h: the volume instances has other bricks/;
  await assert.rejects(run(now).check(seen, wish), { name: "Refused", message: refused });
  assert.deepEqual((await run(now).check({}, wish)).failures, []);
  assert.deepEqual((await run(older).check(seen, wish)).failures, []);
});

test("and so it does for what is drawn", async () => {
  const now = await text(new Password("a-password", {}), "a-password");
  for (const stored of [now, now.replace('f("check",a.slice(0))', 'f("check",a.slice(1))')]) {
    assert.equal((await run(stored).check({ draw: 1 }, { draw: "two" })).failures.length, 1);
  }
});

test("a secret is handed to the engine as one, and a word stands in its place", async () => {
  const file = new File("a-secret", {
    host: "h",
    key: { path: "/etc/secret" },
    value: { owner: "root", group: "root", mode: "0600" } as never,
    secrets: { content: { value: pulumi.secret("hunter2"), draw: 3 } },
  });
  await text(file, "a-secret");
  const { secrets, ...open } = registered.get("a-secret") ?? {};
  assert.equal(open.content, "in place, draw 3");
  assert.doesNotMatch(JSON.stringify(open), /hunter2/);
  assert.match(JSON.stringify(secrets), /hunter2/);
});

test("the same promise made twice is refused, and both are named", () => {
  const promise = {
    host: "h",
    key: { path: "/etc/twice" },
    value: { content: "", owner: "root", group: "root", mode: "0644" },
  };
  new File("first", promise);
  assert.throws(
    () => new File("second", promise),
    (error) => {
      assert.ok(error instanceof BadPromise);
      assert.match(error.message, /by first and by second/);
      return true;
    },
  );
});
