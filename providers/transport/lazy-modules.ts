import Module, { createRequire } from "node:module";

/**
 * Packages that Pulumi's SDK loads at its start, for what it may do with functions that a program hands
 * over or with a CLI that it runs itself: a compiler, a package manager and what reads its files, two
 * thirds of its 760 modules. Here nothing of the kind is done.
 */
const rarelyUsed = [
  "typescript",
  "@npmcli/arborist",
  "normalize-package-data",
  "execa",
  "@logdna/tail-file",
];

/** Lets these packages be loaded when somebody first calls them, constructs them, or reads a name of theirs. */
export function loadWhenUsed(): void {
  const { resolve } = createRequire(import.meta.url);
  const require = createRequire(resolve("@pulumi/pulumi"));
  for (const name of rarelyUsed) {
    const path = require.resolve(name);
    const module = new Module(path);
    require.cache[path] = Object.assign(module, { loaded: true, exports: standIn(path, require) });
  }
}

// It says that it is an ES module, since those are handed on as they are; others are copied on arrival.
function standIn(path: string, require: NodeJS.Require): unknown {
  let real: Record<PropertyKey, unknown> & (new (...given: unknown[]) => object);
  const load = () => {
    if (real) return real;
    delete require.cache[path];
    real = require(path);
    return real;
  };
  return new Proxy(function standIn() {}, {
    get: (_, name) =>
      name === "__esModule" || (load()[name] ?? (name === "default" ? load() : undefined)),
    has: (_, name) => name in load(),
    construct: (_, given) => Reflect.construct(load(), given),
    apply: (_, self, given) => Reflect.apply(load(), self, given),
  });
}
