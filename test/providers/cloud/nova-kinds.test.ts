import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { flavor } from "../../../providers/cloud/flavor.ts";
import { keypair } from "../../../providers/cloud/keypair.ts";
import { Refused } from "../../../providers/errors.ts";

describe("a flavor", () => {
  const key = { name: "small" };
  const want = flavor.value.parse({ vcpus: 1, ram: 256, disk: 1, "extra/hw:cpu_policy": "shared" });
  // An answer of Nova 2025.1 in the form of 2.61, without links.
  const small = {
    id: "1d8f",
    name: "small",
    ram: 256,
    disk: 1,
    swap: "",
    "OS-FLV-EXT-DATA:ephemeral": 0,
    "OS-FLV-DISABLED:disabled": false,
    vcpus: 1,
    "os-flavor-access:is_public": true,
    rxtx_factor: 1.0,
    description: null,
    extra_specs: { "hw:cpu_policy": "shared" },
  };
  const answers = { flavors: [small] };

  test("is read in the form of a wish", () => {
    assert.deepEqual(flavor.parse(answers, key), want);
    assert.deepEqual(flavor.converge(key, want, want), []);
  });

  test("of another size is deleted and made anew, with all its specs, and the plan says so", () => {
    const [remove, create, specs] = flavor.converge(key, { ...want, ram: 512 }, want);
    assert.equal(
      remove?.why,
      "delete the flavor small, which cannot be changed, to make it anew (ram was 256)",
    );
    assert.equal(remove?.call(answers)?.path, "/v2.1/flavors/1d8f");
    assert.equal(create?.why, "create the flavor small (was of another size)");
    assert.deepEqual(specs?.call(answers)?.body, { extra_specs: { "hw:cpu_policy": "shared" } });
  });

  test("loses a spec that nobody promised, and stays the same one", () => {
    const have = { ...want, "extra/laws:theirs": "yes" } as const;
    const edits = flavor.converge(key, want, have);
    assert.deepEqual(
      edits.map((edit) => [edit.why, edit.call(answers)?.path]),
      [
        [
          "take away laws:theirs (was yes) of the flavor small",
          "/v2.1/flavors/1d8f/os-extra_specs/laws%3Atheirs",
        ],
      ],
    );
  });

  test("takes no key that Nova would not know", () => {
    assert.match(
      flavor.value.safeParse({ vcpus: 1, ram: 1, disk: 1, vcpu: "2" }).error?.message ?? "",
      /extra\/NAME/,
    );
  });
});

describe("a key of a user", () => {
  const key = { name: "laptop", user: "member" };
  const publicKey = "ssh-ed25519 AAAAC3Nz";
  const users = [{ id: "9b1e", name: "member" }];
  const keypairs = [{ keypair: { name: "laptop", public_key: `${publicKey} me@laptop\n` } }];

  test("is the same one whatever its comment says", () => {
    const live = keypair.parse({ users, keypairs }, key);
    assert.deepEqual(live, { publicKey });
    const want = keypair.value.parse({ publicKey: `${publicKey} another comment` });
    assert.deepEqual(keypair.converge(key, want, live), []);
  });

  test("is asked for and given by the user's id", () => {
    assert.deepEqual(keypair.probe(key).keypairs({ users }), {
      service: "compute",
      path: "/v2.1/os-keypairs?user_id=9b1e",
      list: "keypairs",
    });
    const [give] = keypair.converge(key, { publicKey }, undefined);
    assert.deepEqual(give?.call({ users })?.body, {
      keypair: { name: "laptop", type: "ssh", public_key: publicKey, user_id: "9b1e" },
    });
  });

  test("is never overwritten by another one", () => {
    assert.throws(
      () => keypair.converge(key, { publicKey: "ssh-ed25519 BBBB" }, { publicKey }),
      (error) => error instanceof Refused && /not overwritten/.test(error.message),
    );
  });
});
