import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { before, describe, test } from "node:test";
import * as pulumi from "@pulumi/pulumi";
import { Acceptance } from "../../components/acceptance.ts";
import { Sysctl } from "../../providers/sysctl.ts";

// The one fake: an engine that registers resources and says when each was last written.
const registered: { name: string; inputs: Record<string, unknown> }[] = [];
before(() =>
  pulumi.runtime.setMocks(
    {
      newResource: ({ name, inputs }) => {
        registered.push({ name, inputs });
        return { id: name, state: { ...inputs, written: `with ${name}` } };
      },
      call: () => ({}),
    },
    "quintet",
    "home",
  ),
);

const logins = "clouds: {member: {auth: {password: hunter2}}}";
const value = { runtime: "1", boot: "1" };

/** What the engine is told of the command, which comes last. */
async function command(name: string): Promise<Record<string, unknown>> {
  new Acceptance(name, { logins });
  // The engine is told of each promise in its own time.
  for (let tries = 0; tries < 100; tries += 1) {
    const found = registered.find((one) => one.name === `${name}-verify`);
    if (found) return found.inputs;
    await new Promise((done) => setTimeout(done, 10));
  }
  throw new Error(`${name}-verify was never registered`);
}

describe("the acceptance of a cloud", () => {
  test("comes after every promise, and again when one was written", async () => {
    new Sysctl("a", { host: "h", key: { name: "vm.swappiness" }, value });
    const { triggers } = await command("first");
    const digest = (text: string) => createHash("sha256").update(text).digest("hex");
    assert.deepEqual(triggers, [digest("with a")]);
    new Sysctl("b", { host: "h", key: { name: "vm.overcommit_memory" }, value });
    const later = await command("second");
    assert.deepEqual(later.triggers, [digest("with a\nwith b")]);
  });

  test("verifies the stack, which gets its logins as a secret and by no other way", async () => {
    const { create, stdin, ...rest } = await command("third");
    assert.equal(create, "node operations/cloud.ts verify --stack home --logins-on-stdin");
    assert.match(JSON.stringify(stdin), /hunter2/);
    // What the SDK marks a secret with.
    assert.match(JSON.stringify(stdin), /1b47061264138c4ac30d75fd1eb44270/);
    assert.doesNotMatch(JSON.stringify(rest), /hunter2/);
  });
});
