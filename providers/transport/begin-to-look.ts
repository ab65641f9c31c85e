import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout } from "node:timers/promises";
import { pathToFileURL } from "node:url";

// A host that is slow to let us in keeps nobody from loading.
const patienceMilliseconds = 400;

/**
 * Begins to look at a stack's hosts, or takes over what the launcher's scout has begun. The engine starts a
 * provider for that, and then waits while it loads the SDK: time in which the hosts can answer. Nothing else
 * happens in a process that loads, so that the questions have to be on their way before. What goes wrong
 * is told to the first who asks.
 * @param engine the address of the engine that has started this process
 */
export async function beginToLook(engine: string, stack: string | undefined): Promise<void> {
  if (!stack || !isFirstOf(engine, `.quintet/looking-for-${stack}`)) return;
  const begun = takeOver(stack, process.env.QUINTET_SCOUT).catch(() => undefined);
  await Promise.race([begun, setTimeout(patienceMilliseconds)]);
}

async function takeOver(stack: string, scout: string | undefined): Promise<void> {
  if (!scout) return connectAndAsk(stack);
  const { Scouted } = await load("transport/scouted.ts");
  const scouted = new Scouted(scout);
  if (!(await scouted.met())) return connectAndAsk(stack);
  const { askAhead } = await load("ways.ts");
  // Its answers are read when this process has loaded; there is nothing to wait for.
  askAhead(stack, scouted).catch(() => undefined);
}

/** With the modules that a provider's own code will find loaded; what asks loads while hosts let us in. */
async function connectAndAsk(stack: string): Promise<void> {
  const { reachAhead } = await load("reach.ts");
  reachAhead(stack);
  const { askAhead } = await load("ways.ts");
  await askAhead(stack);
}

function load(name: string) {
  return import(pathToFileURL(join(process.cwd(), "providers", name)).href);
}

/** Of the providers that an engine starts the first one is asked to look; others are for what it makes later. */
function isFirstOf(engine: string, note: string): boolean {
  try {
    mkdirSync(".quintet", { recursive: true });
    const before = existsSync(note) ? readFileSync(note, "utf8").split("\n") : [];
    if (before.includes(engine)) return false;
    // Engines may run side by side: a preview during an `up`.
    writeFileSync(note, [...before.slice(-7), engine].join("\n"));
    return true;
  } catch {
    // Who cannot note it down does without: all begin to look when they are asked.
    return false;
  }
}
