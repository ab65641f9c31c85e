import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { before, describe, test } from "node:test";
import {
  backendFolder,
  clone,
  drift,
  expectStatus,
  hosts,
  onEveryHost,
  onHost,
  pulumi,
  up,
} from "./cloud.ts";
import { converged } from "./picture.ts";
import { secretLines, unseenByProcesses, unseenInJournals } from "./secrets.ts";
import { exported } from "./stack.ts";

// The key that is deleted, put back, and written anew below.
const keyFile = "/etc/pki/libvirt/private/clientkey.pem";

// What a secret is for: these files and no others hold one.
const mustHold = [
  keyFile,
  "/etc/pki/libvirt/private/serverkey.pem",
  "/etc/pki/qemu/client-key.pem",
  "/etc/pki/qemu/server-key.pem",
];

let secrets: readonly string[];
// Everything that the CLI said since.
const said: string[] = [];

describe("the stack's secrets", () => {
  before(async () => {
    await converged();
    const shown = await exported("--show-secrets");
    secrets = secretLines(JSON.parse(shown));
    // Looked for in the form in which the CLI would show them.
    assert.ok(secrets.every((secret) => shown.includes(secret)));
    // The authority's key and that of each compute host, of three lines each.
    assert.ok(secrets.length >= 15, `only ${secrets.length} lines of secrets were found`);
  });

  test("stay hidden while one is deleted and put back by hand", async () => {
    await onHost("compute2", `mv ${keyFile} /root/kept.pem`);
    await listen(drift(["--diff"]), 7);
    await listen(pulumi(["refresh", "--yes", "--skip-preview"]), 0);
    await hidden("while the key is gone");
    await onHost("compute2", `mv /root/kept.pem ${keyFile}`);
    // It is as promised again, and a preview looks before it speaks.
    await listen(drift(["--diff"]), 0);
    await listen(pulumi(["refresh", "--yes", "--skip-preview"]), 0);
    await hidden("once the key is back");
  });

  test("stay hidden while one differs and is written anew, in no process's arguments or environment", async () => {
    await onHost("compute2", `echo nonsense >${keyFile}`);
    await onHost("compute4", `rm ${keyFile}`);
    const seen = expectStatus(await listen(drift(["--diff"]), 7), 7).stdout;
    assert.match(seen, /"differs" +=> "in place/);

    await unseenByProcesses(secrets, () => listen(up(), 0));
    await hidden("after the key was written anew");
  });

  test("lie on the hosts in the files that need them and nowhere else", async () => {
    const places =
      "/etc /var/lib /var/log /var/tmp /var/cache /root /home /run /tmp /opt /srv /dev/shm";
    const found = await onEveryHost(
      `grep -rlsIF -D skip -f - ${places} <<'END' | sort
${secrets.join("\n")}
END`,
      180,
    );
    await unseenInJournals(secrets);
    assert.deepEqual(found.get("controller"), "");
    for (const host of hosts.filter((name) => name !== "controller")) {
      assert.deepEqual(found.get(host)?.trim().split("\n"), [...mustHold].sort(), host);
    }
    const modes = await onHost("compute2", `stat -c %a ${mustHold.join(" ")}`);
    for (const mode of modes.trim().split("\n")) assert.match(mode, /^6[04]0$/);
  });
});

async function listen(call: ReturnType<typeof pulumi>, status: number) {
  const ended = expectStatus(await call, status);
  said.push(ended.stdout, ended.stderr);
  return ended;
}

/** Fails if a secret stands in what was said, in a preview, in the state, or in the clone's notes. */
async function hidden(when: string): Promise<void> {
  const preview = await pulumi(["preview", "--json"]);
  const places = new Map([
    ["the CLI's output", said.join("\n")],
    ["preview --json", preview.stdout + preview.stderr],
    ["the exported state", await exported()],
    ...notes(backendFolder()),
    ...notes(join(clone, ".quintet")),
  ]);
  for (const [place, text] of places) {
    const shown = secrets.filter((secret) => text.includes(secret)).length;
    assert.equal(shown, 0, `${shown} lines of secrets stand in ${place} ${when}`);
  }
  console.log(`looked for ${secrets.length} lines of secrets in ${places.size} places ${when}`);
}

function notes(folder: string): [string, string][] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .map((file) => [file, readFileSync(file, "utf8")]);
}
