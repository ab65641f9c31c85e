/**
 * Loaded before anything else into every Node process of a run (NODE_OPTIONS). A provider that has
 * been started loads our code at its first call, and a program its resources after a second or two:
 * an engine that is killed before that would leave them behind for ever.
 */
import { setFlagsFromString } from "node:v8";
import { beginToLook } from "./begin-to-look.ts";
import { endWithTheEngine, endWithTheLanguageHost, engineAddress } from "./engine.ts";
import { loadWhenUsed } from "./lazy-modules.ts";
import { keepStacksPlain } from "./plain-stacks.ts";

// The SDK sets this flag when half of its modules are loaded. Code that was compiled under other flags
// is not taken from Node's compile cache, so that programs and providers would each throw away and
// write anew what the other had kept, 700 files a run.
setFlagsFromString("--allow-natives-syntax");

loadWhenUsed();
endWithTheEngine();
if (/\/@pulumi\/pulumi\/cmd\/run\b/.test(process.argv[1] ?? "")) {
  endWithTheLanguageHost();
  keepStacksPlain();
  await import("./plain-schemas.ts");
}
const engine = engineAddress();
if (engine !== undefined) await beginToLook(engine, process.env.QUINTET_STACK);
