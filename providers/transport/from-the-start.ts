/**
 * Loaded before anything else into every Node process of a run (NODE_OPTIONS). A provider that has
 * been started loads our code at its first call, and a program its resources after a second or two:
 * an engine that is killed before that would leave them behind for ever.
 */
import { endWithTheEngine, endWithTheLanguageHost } from "./engine.ts";

endWithTheEngine();
if (/\/@pulumi\/pulumi\/cmd\/run\b/.test(process.argv[1] ?? "")) endWithTheLanguageHost();
