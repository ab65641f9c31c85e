import "./transport/plain-schemas.ts";
import { get } from "./cloud/contract.ts";
import { isDown, memoryOf, poolOf } from "./reach.ts";
import { question } from "./transport/frames.ts";
import { ReadAhead } from "./transport/read-ahead.ts";
import { listName } from "./transport/scouted.ts";
import { askAll, type UnderWay } from "./transport/under-way.ts";
import { waysTo } from "./ways.ts";

/** A host's questions, or those to the APIs behind it, that have just been asked. */
export interface Scouting extends UnderWay<unknown> {
  /** See `listName`. */
  readonly list: string;
}

/**
 * Asks a stack's hosts and APIs what the last process was asked, for a process that is to begin.
 * @throws BadStackFile
 */
export function scoutAll(stack: string): Scouting[] {
  const toHosts = new ReadAhead(memoryOf("hosts", stack), question).questions();
  const toApis = new ReadAhead(memoryOf("apis", stack), get).questions();
  const up = ([host]: readonly [string, unknown]) => !isDown(stack, host);
  const { api } = waysTo(stack);
  return [
    ...[...toHosts].filter(up).map(([host, questions]) => ({
      list: listName("hosts", host, questions),
      ...askAll(poolOf(stack), host, questions),
    })),
    ...[...toApis].filter(up).map(([host, questions]) => ({
      list: listName("apis", host, questions),
      answers: questions.map((question) => api.ask(host, question)),
      reached: Promise.resolve(undefined),
    })),
  ];
}
