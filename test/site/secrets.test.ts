import assert from "node:assert/strict";
import { describe, test } from "node:test";
import * as pulumi from "@pulumi/pulumi";
import { loadSite, ownPassword } from "../../site/load.ts";
import { secretPlaces, within } from "../../site/secrets.ts";
import { sample, texts } from "./sample.ts";

describe("which places are encrypted", () => {
  const file = {
    "quintet:passwords": { nova: { secure: "v1:x" }, glance: "plain" },
    "quintet:hosts": [{ name: { secure: "v1:y" } }],
    "quintet:whole": { secure: "v1:z" },
  };
  const isSecret = within(secretPlaces(file, Object.keys(file)));

  test("a value is, and its neighbour in the same map is not", () => {
    assert.equal(isSecret(["passwords", "nova"]), true);
    assert.equal(isSecret(["passwords", "glance"]), false);
    assert.equal(isSecret(["passwords"]), false);
  });

  test("a value in a list is", () => assert.equal(isSecret(["hosts", 0, "name"]), true));

  test("a key that is encrypted as a whole is, with all that is in it", () => {
    assert.equal(isSecret(["whole"]), true);
    assert.equal(isSecret(["whole", "part"]), true);
  });

  test("the engine is believed where the file knows nothing", () => {
    const places = secretPlaces({}, ["quintet:passwords"]);
    assert.equal(within(places)(["passwords", "nova"]), true);
  });
});

describe("the site of a run", () => {
  pulumi.runtime.setMocks(
    { newResource: () => ({ id: "", state: {} }), call: () => ({}) },
    "quintet",
    "sample",
  );
  const config = texts({ ...sample(), passwords: { nova: "open-sesame-1234" } });

  test("takes an encrypted password and marks it as a secret", async () => {
    pulumi.runtime.setAllConfig(config, ["quintet:passwords"]);
    const password = ownPassword(loadSite(), "nova") ?? assert.fail();
    assert.equal(await pulumi.isSecret(password), true);
  });

  test("refuses the same password in plain text", () => {
    pulumi.runtime.setAllConfig(config, []);
    assert.throws(loadSite, (error: Error) => {
      assert.ok(pulumi.RunError.isInstance(error));
      assert.match(error.message, /quintet:passwords\.nova: found a password in plain text/);
      return true;
    });
  });

  test("has no password where none was brought", () => {
    pulumi.runtime.setAllConfig(texts(sample()), []);
    assert.equal(ownPassword(loadSite(), "nova"), undefined);
  });
});
