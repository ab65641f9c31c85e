import { registerHooks } from "node:module";
import { fileURLToPath } from "node:url";

/**
 * Packages that Pulumi's SDK loads at its start, for what it may do with functions that a program hands
 * over: a compiler and a package manager, more than half of its 760 modules. Here nothing of the kind
 * is handed over.
 */
const rarelyUsed = new Set(["typescript", "@npmcli/arborist"]);
const scheme = "quintet-lazy:";

/** Lets these packages be loaded when somebody first uses them, in every other way as ever. */
export function loadWhenUsed(): void {
  registerHooks({
    resolve(specifier, context, next) {
      const found = next(specifier, context);
      return rarelyUsed.has(specifier) && found.url.startsWith("file:")
        ? { ...found, url: `${scheme}${found.url}`, format: "commonjs" }
        : found;
    },
    load(url, context, next) {
      if (!url.startsWith(scheme)) return next(url, context);
      const path = JSON.stringify(fileURLToPath(url.slice(scheme.length)));
      return { format: "commonjs", source: standIn(path), shortCircuit: true };
    },
  });
}

// It says that it is an ES module, since those are handed on as they are; others are copied on arrival.
function standIn(path: string): string {
  return `
const { createRequire } = require("node:module");
let real;
const load = () => (real ??= createRequire(${path})(${path}));
module.exports = new Proxy(function () {}, {
  get: (_, name) => (name === "__esModule" ? true : (load()[name] ?? (name === "default" ? load() : undefined))),
  has: (_, name) => name in load(),
  construct: (_, given) => Reflect.construct(load(), given),
  apply: (_, self, given) => Reflect.apply(load(), self, given),
});`;
}
