import assert from "node:assert/strict";
import { test } from "node:test";
import { file } from "../../providers/file.ts";

test("a drop-in brings its unit's folder along, which Debian may have cleared away; no other file does", () => {
  const text = (path: string) => {
    const want = { content: "x", owner: "root", group: "root", mode: "0644" };
    return file.converge({ path }, want, undefined)[0]?.script.text ?? "";
  };
  assert.match(text("/etc/systemd/system/a.service.d/quintet.conf"), /^mkdir -p .*a\.service\.d\//);
  assert.doesNotMatch(text("/etc/systemd/system/a.service"), /mkdir/);
  assert.doesNotMatch(text("/etc/nova.d/quintet.conf"), /mkdir/);
});
