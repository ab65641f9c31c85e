import assert from "node:assert/strict";
import { before, describe, test } from "node:test";
import { destroy, drift, expectStatus, up } from "../acceptance/cloud.ts";
import { allowedAfterDestroy } from "../acceptance/left-behind.ts";
import { removeWhatSomebodyWrote, writeAsSomebodyElse } from "../acceptance/others.ts";
import { differences, pictureBefore, takePicture } from "../acceptance/picture.ts";
import { resources } from "../acceptance/stack.ts";
import { bootSomebodys, removeSomebodys } from "./guests.ts";

describe("the whole cloud", () => {
  before(async () => {
    expectStatus(await up({ seconds: 1800 }), 0);
  });

  test("is not taken down while somebody's server is in it, which is named", async () => {
    await bootSomebodys();
    try {
      const before = (await resources()).length;
      const refused = await destroy();
      assert.notEqual(refused.status, 0);
      assert.match(refused.stdout + refused.stderr, /still has servers[\s\S]*somebodys \(/);
      // Hosts without servers may have been taken out; the next up lets them in again.
      assert.ok((await resources()).length >= before - 4);
      expectStatus(await up(), 0);
      expectStatus(await drift(), 0);
    } finally {
      await removeSomebodys();
    }
  });

  test("goes as it came: every host is as it was found, but for what others wrote meanwhile", async () => {
    const was = await pictureBefore();
    await writeAsSomebodyElse("compute3");
    expectStatus(await destroy({ seconds: 1800 }), 0);
    assert.equal((await resources()).length, 0);
    await removeWhatSomebodyWrote("compute3");
    assert.deepEqual(differences(was, await takePicture(), allowedAfterDestroy), []);
  });

  test("has nothing left to destroy", async () => {
    expectStatus(await destroy(), 0);
  });
});
