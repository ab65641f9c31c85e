import assert from "node:assert/strict";
import { before, test } from "node:test";
import * as pulumi from "@pulumi/pulumi";
import { User } from "../../providers/cloud/user.ts";
import { BadPromise } from "../../providers/errors.ts";
import { File } from "../../providers/file.ts";
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
