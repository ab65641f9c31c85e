import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, describe, test } from "node:test";
import { image } from "../../../providers/cloud/image.ts";
import { measured } from "../../../providers/cloud/upload.ts";
import { Ambiguous, Refused } from "../../../providers/errors.ts";

const key = { name: "tiny", project: "admin" };
const digest = "a".repeat(128);
const want = {
  checksum: `sha512:${digest}`,
  file: "images/tiny.qcow2",
  diskFormat: "qcow2",
  containerFormat: "bare",
  visibility: "public",
  "property/hw_disk_bus": "virtio",
};
// An answer of Glance 2025.1, without links and times.
const tiny = {
  id: "6f1c",
  name: "tiny",
  status: "active",
  visibility: "public",
  disk_format: "qcow2",
  container_format: "bare",
  os_hash_algo: "sha512",
  os_hash_value: digest,
  owner: "600c",
  hw_disk_bus: "virtio",
};
const queued = { ...tiny, id: "7a00", status: "queued", os_hash_algo: null, os_hash_value: null };
const projects = [{ id: "600c", name: "admin" }];
const seen = (...images: object[]) => {
  const live = image.parse({ projects, images }, key, want);
  return live && image.own(want, live);
};
const edits = (have: ReturnType<typeof seen>, wish = want) => image.converge(key, wish, have);
const refusal = (said: RegExp) => (error: unknown) =>
  error instanceof Refused && said.test(error.message);

describe("an image", () => {
  test("that is there with its data and properties holds, wherever its file was", () => {
    assert.deepEqual(seen(tiny), want);
    assert.deepEqual(edits(seen(tiny), { ...want, file: "elsewhere" }), []);
  });

  test("is made and uploaded when it is absent", () => {
    const now = { projects, images: [] };
    const [create, upload] = edits(seen());
    const { checksum: _checksum, file: _file, diskFormat: _disk, ...rest } = want;
    assert.deepEqual(create?.call(now), {
      method: "POST",
      service: "image",
      path: "/v2/images",
      body: {
        name: "tiny",
        owner: "600c",
        disk_format: "qcow2",
        container_format: rest.containerFormat,
        visibility: "public",
        hw_disk_bus: "virtio",
      },
    });
    assert.deepEqual(upload?.call({ projects, images: [queued] }), {
      method: "PUT",
      service: "image",
      path: "/v2/images/7a00/file",
      type: "application/octet-stream",
      upload: { path: want.file, checksum: want.checksum },
    });
  });

  test("whose upload broke off is deleted and made anew, and is no second one beside a whole one", () => {
    assert.equal(seen(queued)?.checksum, "unfinished");
    assert.deepEqual(
      edits(seen(queued)).map((edit) => edit.why.split(" ")[0]),
      ["delete", "create", "upload"],
    );
    assert.deepEqual(seen(queued, tiny), want);
  });

  test("of other bytes is refused, and neither replaced nor deleted", () => {
    const other = { ...tiny, os_hash_value: "b".repeat(128) };
    assert.throws(
      () => edits(seen(other)),
      refusal(/is not replaced.*\n.*sha512:aaaa.*\n.*bbbb.*\n.*tenant\.image\.checksum/),
    );
  });

  for (const [how, hash, found] of [
    [
      "of which Glance has another digest",
      { os_hash_algo: "sha256", os_hash_value: "b".repeat(64) },
      "the sha256 digest",
    ],
    ["of which Glance has no digest", { os_hash_algo: null, os_hash_value: null }, "no digest"],
    [
      "from before Glance kept digests",
      { os_hash_algo: undefined, os_hash_value: undefined, checksum: "c".repeat(32) },
      "no digest",
    ],
  ] as const) {
    test(`${how} is taken for neither the same nor another, and not uploaded again`, () => {
      const have = seen({ ...tiny, ...hash });
      assert.notEqual(have?.checksum, want.checksum);
      assert.throws(
        () => edits(have),
        refusal(new RegExp(`cannot be told from .*: Glance has ${found} of it.*\\n.*sha512:aaaa`)),
      );
      // What is plain to see is said as ever.
      assert.throws(() => edits(have && { ...have, diskFormat: "raw" }), refusal(/is another one/));
    });
  }

  test("is promised by the digest that Glance keeps, and by no other", () => {
    const wish = { file: "tiny.qcow2", diskFormat: "qcow2" };
    const said = (checksum: string) => image.value.safeParse({ ...wish, checksum }).success;
    assert.deepEqual([`sha512:${digest}`, `sha256:${"a".repeat(64)}`, "a".repeat(32)].map(said), [
      true,
      false,
      false,
    ]);
  });

  test("gets its properties and visibility in one request", () => {
    const drifted = { ...tiny, visibility: "private", hw_disk_bus: undefined };
    const [edit] = edits(seen(drifted));
    assert.deepEqual(edit?.call({ projects, images: [drifted] }), {
      method: "PATCH",
      service: "image",
      path: "/v2/images/6f1c",
      body: [
        { op: "replace", path: "/visibility", value: "public" },
        { op: "add", path: "/hw_disk_bus", value: "virtio" },
      ],
      type: "application/openstack-images-v2.1-json-patch",
    });
  });

  test("that is there twice with its data is an error that names both", () => {
    assert.throws(
      () => seen(tiny, { ...tiny, id: "6f1d" }),
      (error) => error instanceof Ambiguous && /6f1c, 6f1d/.test(error.message),
    );
  });
});

describe("a file that is to be uploaded", () => {
  const folder = mkdtempSync(join(tmpdir(), "quintet-upload-"));
  after(() => rmSync(folder, { recursive: true }));
  const path = join(folder, "tiny.qcow2");
  writeFileSync(path, "bytes");
  const checksum = `sha256:${createHash("sha256").update("bytes").digest("hex")}`;

  test("is measured when it is the promised one", async () => {
    assert.equal(await measured({ path, checksum }), 5);
  });

  test("is refused when it is another one, or is not there", async () => {
    await assert.rejects(
      measured({ path, checksum: `sha256:${"0".repeat(64)}` }),
      refusal(/another file.*\n.*\n {2}found: {2}sha256:.*\n.*tenant\.image\.checksum/),
    );
    await assert.rejects(measured({ path: `${path}.not`, checksum }), refusal(/cannot be read/));
  });
});
