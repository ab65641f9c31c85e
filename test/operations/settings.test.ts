import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { describe, test } from "node:test";
import { fileURLToPath } from "node:url";
import { settle, stateFolder, testbedPassphrase } from "../../operations/pulumi/settings.ts";
import { readWords } from "../../operations/pulumi/words.ts";

const project = { name: "quintet", backend: undefined };

function settings(line: string, environment: NodeJS.ProcessEnv = {}, selected?: string) {
  return settle(readWords(line.split(" ")), { PATH: "/bin", ...environment }, project, selected);
}

describe("the stack a command is meant for", () => {
  for (const [line, environment, selected, stack] of [
    ["preview", {}, undefined, "testbed"],
    ["preview", {}, "organization/quintet/mine", "mine"],
    ["preview", { PULUMI_STACK: "theirs" }, "mine", "theirs"],
    ["up --stack mine", { PULUMI_STACK: "theirs" }, undefined, "mine"],
    ["up --stack=organization/quintet/mine --yes", {}, undefined, "mine"],
    ["up -s mine", {}, undefined, "mine"],
    ["stack init mine", {}, undefined, "mine"],
    ["stack select mine", {}, "testbed", "mine"],
  ] as const) {
    test(`${JSON.stringify(environment)} pulumi ${line}, selected ${selected}: ${stack}`, () => {
      assert.equal(settings(line, environment, selected).stack, stack);
    });
  }
});

describe("what is filled in", () => {
  test("is the state in the clone", () => {
    const { variables } = settings("preview");
    assert.equal(fileURLToPath(variables.PULUMI_BACKEND_URL ?? ""), stateFolder);
  });

  test("is no backend where the user has chosen one", () => {
    const { variables, backendFolder } = settings("up", { PULUMI_BACKEND_URL: "s3://state" });
    assert.equal(variables.PULUMI_BACKEND_URL, undefined);
    assert.equal(backendFolder, undefined);
  });

  test("is no backend where Pulumi.yaml names one", () => {
    const named = { name: "quintet", backend: "file:///srv/a%20state" };
    const { variables, backendFolder } = settle(readWords(["up"]), {}, named, undefined);
    assert.equal(variables.PULUMI_BACKEND_URL, undefined);
    assert.equal(backendFolder, "/srv/a state");
  });

  test("is the watch over the engine, beside what the user wants of Node", () => {
    const { NODE_OPTIONS = "" } = settings("up", { NODE_OPTIONS: "--no-warnings" }).variables;
    const [theirs, ours = "", ...more] = NODE_OPTIONS.split(" ");
    assert.equal(theirs, "--no-warnings");
    assert.deepEqual(more, []);
    const script = ours.slice("--import=".length);
    const words = ["--import", script, "--eval", "console.log('loads')"];
    assert.equal(execFileSync(process.execPath, words, { encoding: "utf8" }), "loads\n");
  });

  test("is no backend for a login", () => {
    assert.equal(settings("login s3://state").variables.PULUMI_BACKEND_URL, undefined);
  });

  test("is the testbed's passphrase for the testbed", () => {
    const { variables } = settings("up --stack testbed");
    assert.equal(variables.PULUMI_CONFIG_PASSPHRASE_FILE, testbedPassphrase);
  });

  test("is never the testbed's passphrase, which everybody knows, for another stack", () => {
    for (const line of ["up --stack mine", "stack init mine", "up -s=mine"]) {
      assert.equal(settings(line).variables.PULUMI_CONFIG_PASSPHRASE_FILE, undefined, line);
    }
  });

  test("is no passphrase where the user has set one, be it empty", () => {
    const { variables } = settings("up", { PULUMI_CONFIG_PASSPHRASE: "" });
    assert.equal(variables.PULUMI_CONFIG_PASSPHRASE_FILE, undefined);
  });

  test("is that no plugin is downloaded, unless the stack asks for what needs one", () => {
    const name = "PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION";
    const before = process.cwd();
    const folder = mkdtempSync(join(tmpdir(), "quintet-"));
    try {
      process.chdir(folder);
      writeFileSync("Pulumi.plain.yaml", "config: {}\n");
      writeFileSync("Pulumi.asks.yaml", "config: {quintet:acceptance: true}\n");
      writeFileSync("Pulumi.broken.yaml", "config: [\n");
      assert.equal(settings("up -s plain").variables[name], "true");
      assert.equal(settings("up -s broken").variables[name], "true");
      assert.equal(settings("up -s asks").variables[name], undefined);
      // What has been switched on may have to be taken back, and is asked for from anywhere.
      writeFileSync("Pulumi.off.yaml", "config: {quintet:acceptance: false}\n");
      assert.equal(settings("up -s off").variables[name], undefined);
      writeFileSync("Pulumi.yaml", "name: quintet\n");
      mkdirSync("below");
      process.chdir("below");
      assert.equal(settings("up -s asks").variables[name], undefined);
      process.chdir(before);
      assert.equal(settings(`up -s asks -C ${folder}`).variables[name], undefined);
      assert.equal(settings("up -s plain", { [name]: "false" }).variables[name], undefined);
    } finally {
      process.chdir(before);
      rmSync(folder, { recursive: true });
    }
  });

  test("leaves the user's PATH behind the project's own programs", () => {
    const path = (settings("up").variables.PATH ?? "").split(delimiter);
    assert.match(path[0] ?? "", /node_modules\/\.bin$/);
    assert.equal(path.at(-1), "/bin");
  });
});

describe("a command line", () => {
  test("that only asks for help needs no stack", () => {
    for (const words of [
      ["up", "--help"],
      ["help", "up"],
    ]) {
      const { needsStack, looks } = readWords(words);
      assert.deepEqual([needsStack, looks], [false, false], words.join(" "));
    }
  });

  test("looks at hosts where the engine does", () => {
    assert.deepEqual(
      ["up", "destroy", "refresh", "preview", "stack"].map((word) => readWords([word]).looks),
      [true, true, true, true, false],
    );
  });

  test("takes the stack's lock when it writes, and only then", () => {
    assert.deepEqual(
      ["up", "destroy", "refresh", "preview", "stack"].map((word) => readWords([word]).locks),
      [true, true, true, false, false],
    );
  });
});
