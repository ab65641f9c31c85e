import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { test } from "node:test";
import { nodeOptions } from "../../../operations/pulumi/settings.ts";

test("the SDK's compiler and package manager wait until they are used, and then work", () => {
  const program = `
const pulumi = require("@pulumi/pulumi");
const { isProxy } = require("node:util/types");
const isReal = (file) => /node_modules.(typescript|pacote|execa|hosted-git-info)./.test(file) && !isProxy(require.cache[file].exports);
const loaded = () => Object.keys(require.cache).filter(isReal).length;
const atFirst = loaded();
const captured = { one: 1 };
Promise.all([
  pulumi.runtime.serializeFunction(() => captured.one),
  pulumi.runtime.computeCodePaths({}),
]).then(([{ text }, paths]) => console.log(JSON.stringify([atFirst, loaded() > 0, text.includes("one: 1"), paths.size > 0])));`;
  const said = execFileSync(process.execPath, [nodeOptions, "-e", program], { encoding: "utf8" });
  assert.deepEqual(JSON.parse(said), [0, true, true, true]);
});
