import assert from "node:assert/strict";
import { before, describe, test } from "node:test";
import { destroy, expectStatus } from "./cloud.ts";
import { allowedAfterDestroy } from "./left-behind.ts";
import { removeWhatSomebodyWrote, writeAsSomebodyElse } from "./others.ts";
import { converged, differences, pictureBefore, takePicture } from "./picture.ts";
import { resources } from "./stack.ts";

describe("destroy", () => {
  before(converged);

  test("puts every host back as it was found, and keeps what others wrote meanwhile", async () => {
    await converged();
    const was = await pictureBefore();
    await writeAsSomebodyElse("compute3");
    expectStatus(await destroy(), 0);
    assert.equal((await resources()).length, 0);
    await removeWhatSomebodyWrote("compute3");
    assert.deepEqual(differences(was, await takePicture(), allowedAfterDestroy), []);
  });

  test("run again has nothing to do", async () => {
    expectStatus(await destroy(), 0);
  });
});
