import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, describe, test } from "node:test";
import { putBackImage } from "../../../providers/iptables-rules/image.ts";
import { sh } from "../../../providers/sh.ts";

const folder = mkdtempSync(join(tmpdir(), "quintet-image-"));
after(() => rmSync(folder, { recursive: true }));
const place = { family: "ipv4", table: "filter", chain: "let-in", from: "INPUT" } as const;
const program = (name: string, text: string) =>
  writeFileSync(join(folder, name), `#!/bin/sh\n${text}\n`, { mode: 0o755 });

/** Puts back a chain that let SSH in, where nothing is left of it; gives what the kernel was told. */
function putBack(ruleFile: string) {
  program("iptables-save", "printf '%s\\n' '*filter' ':INPUT DROP [0:0]' COMMIT");
  program("iptables-restore", `case $* in *--test*) ;; *) cat >${join(folder, "told")} ;; esac`);
  const image = join(folder, "image");
  writeFileSync(
    image,
    "chain\nrule -A let-in -p tcp -j ACCEPT\njump 1 0 -A INPUT -j let-in\nfile *filter\nfile COMMIT\n",
  );
  const { status } = spawnSync("sh", [], {
    input: putBackImage(place, ruleFile, sh`${image}`).text,
    env: { PATH: `${folder}:${process.env.PATH}` },
  });
  return { status, told: readFileSync(join(folder, "told"), "utf8") };
}
const whole =
  "*filter\n:let-in - [0:0]\n-A let-in -p tcp -j ACCEPT\n-I INPUT 1 -j let-in\nCOMMIT\n";

describe("a chain that is put back", () => {
  test("is live again, and its file too, though the file's folder is gone", () => {
    const file = join(folder, "gone", "let-in.rules");
    assert.deepEqual(putBack(file), { status: 0, told: whole });
    assert.equal(readFileSync(file, "utf8"), "*filter\nCOMMIT\n");
  });

  test("is live again even where its file cannot be written, and that is not kept quiet", () => {
    writeFileSync(join(folder, "no-folder"), "");
    assert.deepEqual(putBack(join(folder, "no-folder", "let-in.rules")), {
      status: 1,
      told: whole,
    });
  });
});
