import { before, describe, test } from "node:test";
import { drift, expectStatus, up, upChangesNothing } from "../acceptance/cloud.ts";
import { pictureBefore } from "../acceptance/picture.ts";
import { works } from "./guests.ts";

describe("the whole cloud", () => {
  before(pictureBefore);

  test("stands after one up, and works", async () => {
    expectStatus(await up({ seconds: 1800 }), 0);
    await works();
  });

  test("is left as it is by a second up", async () => {
    await upChangesNothing();
    expectStatus(await drift(), 0);
  });
});
