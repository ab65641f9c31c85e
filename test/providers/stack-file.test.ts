import assert from "node:assert/strict";
import { mkdtempSync, rmSync, utimesSync, writeFileSync } from "node:fs";
import { homedir, tmpdir } from "node:os";
import { join } from "node:path";
import { after, afterEach, before, describe, test } from "node:test";
import {
  availability,
  BadStackFile,
  sshConfigPath,
  stackConfig,
} from "../../providers/stack-file.ts";

const project = process.cwd();
const folder = mkdtempSync(join(tmpdir(), "stack-file-"));
const path = join(folder, "Pulumi.sample.yaml");
let writes = 0;

/** Every write gets a time of its own, as two of a person's edits would. */
function write(config: string): void {
  writeFileSync(path, config);
  utimesSync(path, 0, ++writes);
}

function message(action: () => unknown): string {
  try {
    action();
  } catch (error) {
    assert.ok(error instanceof BadStackFile, String(error));
    return error.message.replaceAll(folder, "FOLDER");
  }
  assert.fail("nothing was thrown");
}

before(() => process.chdir(folder));
after(() => {
  process.chdir(project);
  rmSync(folder, { recursive: true });
});
afterEach(() => {
  delete process.env.QUINTET_SSH_CONFIG;
  rmSync(path, { force: true });
});

describe("which hosts are away", () => {
  test("none where the stack has no file", () => {
    assert.deepEqual(availability("sample"), { down: new Set(), abandoned: new Set() });
  });

  test("an abandoned host is down as well", () => {
    write("config:\n  quintet:down: [compute2]\n  quintet:abandoned: [compute3]\n");
    assert.deepEqual(availability("sample"), {
      down: new Set(["compute2", "compute3"]),
      abandoned: new Set(["compute3"]),
    });
  });

  test("a list that `config set` stored as text is a list", () => {
    write(`config:\n  quintet:down: '["compute2"]'\n`);
    assert.deepEqual([...availability("sample").down], ["compute2"]);
  });

  test("an edit of the file is seen by a process that has read it before", () => {
    write("config: {quintet:down: [compute2]}");
    assert.deepEqual([...availability("sample").down], ["compute2"]);
    write("config: {quintet:down: [compute4]}");
    assert.deepEqual([...availability("sample").down], ["compute4"]);
  });

  test("a stack's full name means the same file", () => {
    write("config: {quintet:down: [compute2]}");
    assert.deepEqual([...availability("organization/quintet/sample").down], ["compute2"]);
  });

  test("a single name is refused with the command that makes it a list", () => {
    write("config: {quintet:down: compute3}");
    assert.equal(
      message(() => availability("sample")),
      `quintet:down in FOLDER/Pulumi.sample.yaml is "compute3".\n` +
        "  Allowed: a list of host names.\n" +
        "  Next: pulumi config rm quintet:down && pulumi config set --path 'quintet:down[0]' compute3",
    );
  });

  test("a file that is not YAML is refused without quoting it, since it may hold a secret", () => {
    write("config:\n  quintet:passwords: {nova: sesame\n  quintet:down: []\n");
    const said = message(() => availability("sample"));
    assert.match(said, /^FOLDER\/Pulumi\.sample\.yaml, line \d, is not YAML: /);
    assert.doesNotMatch(said, /sesame/);
  });

  test("a config that is not a map is refused", () => {
    write("config: [down]");
    assert.match(
      message(() => availability("sample")),
      /config is not a map/,
    );
  });
});

describe("the path of the ssh config", () => {
  test("is the user's own where nothing is said", () => {
    assert.equal(sshConfigPath("sample"), join(homedir(), ".ssh/config"));
  });

  test("a relative one starts at the project's folder", () => {
    write("config: {quintet:sshConfig: .testbed/ssh_config}");
    assert.equal(sshConfigPath("sample"), join(process.cwd(), ".testbed/ssh_config"));
  });

  test("the environment goes before the file, and is read when needed", () => {
    write("config: {quintet:sshConfig: .testbed/ssh_config}");
    process.env.QUINTET_SSH_CONFIG = "/elsewhere/ssh_config";
    assert.equal(sshConfigPath("sample"), "/elsewhere/ssh_config");
  });

  test("one that is no text is refused", () => {
    write("config: {quintet:sshConfig: [a]}");
    assert.match(
      message(() => sshConfigPath("sample")),
      /^quintet:sshConfig in .* is \["a"\]\./,
    );
  });
});

test("encrypted values of a stack's config stay encrypted", () => {
  write("config: {quintet:passwords: {nova: {secure: v1:abc}}}");
  assert.deepEqual(stackConfig("sample"), { "quintet:passwords": { nova: { secure: "v1:abc" } } });
});
