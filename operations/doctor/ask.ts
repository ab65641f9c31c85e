import { HostUnreachable } from "../../providers/errors.ts";
import { lines, sh } from "../../providers/sh.ts";
import { type Answer, framed, newMark, unframe } from "../../providers/transport/frames.ts";
import type { Pool } from "../../providers/transport/pool.ts";
import type { Stamps } from "./clock.ts";
import type { Expected, ExpectedHost } from "./expected.ts";
import type { Look } from "./look.ts";

/** What came of asking a host: its answers by the names of the looks, or why it did not answer. */
export type Heard =
  | { readonly answers: ReadonlyMap<string, Answer>; readonly stamps: Stamps | undefined }
  | { readonly unreachable: string };

type Ways = Pick<Pool, "client" | "run">;

/** Asks every host everything, all hosts at once: one program a host, in which each look has its own time. */
export async function ask(
  ways: Ways,
  cloud: Expected,
  looks: readonly Look[],
): Promise<ReadonlyMap<string, Heard>> {
  const heard = cloud.hosts.map(async (host): Promise<[string, Heard]> => {
    try {
      return [host.name, await askOne(ways, host, cloud, looks)];
    } catch (error) {
      if (!(error instanceof HostUnreachable)) throw error;
      return [host.name, { unreachable: error.reason }];
    }
  });
  return new Map(await Promise.all(heard));
}

async function askOne(
  ways: Ways,
  host: ExpectedHost,
  cloud: Expected,
  looks: readonly Look[],
): Promise<Heard> {
  const asked = looks.flatMap(({ name, seconds, script }) => {
    const text = script(host, cloud)?.text;
    return text === undefined ? [] : [{ name, text, seconds }];
  });
  const mark = newMark();
  // The host's clock is read at both ends, so that what lies between does not count.
  const program = lines([stamp(mark, "began"), framed(asked, mark), stamp(mark, "ended")]);
  // What it takes to connect must not count either.
  await ways.client(host.name);
  const began = Date.now();
  const limit = asked.reduce((sum, { seconds }) => sum + seconds, 10);
  const { stdout } = await ways.run(host.name, program.text, limit);
  const answered = Date.now();
  const answers = unframe(stdout.replaceAll(stamps(mark), ""), mark);
  const names = asked.map(({ name }) => name);
  return {
    answers: new Map(answers.map((answer, index) => [names[index] ?? "", answer])),
    stamps: stampsIn(stdout, mark, began / 1000, answered / 1000),
  };
}

function stamp(mark: string, word: string) {
  return sh`printf '%s%s %s\n' ${`${mark.slice(0, -1)}-`} ${word} "$(date +%s.%N)"`;
}

function stamps(mark: string): RegExp {
  return new RegExp(`${mark.slice(0, -1)}-(\\w+) ([\\d.]+)\n`, "g");
}

function stampsIn(
  stdout: string,
  mark: string,
  asked: number,
  answered: number,
): Stamps | undefined {
  const read = new Map(
    [...stdout.matchAll(stamps(mark))].map(([, word, at]) => [word, Number(at)]),
  );
  const [began, ended] = [read.get("began"), read.get("ended")];
  return began === undefined || ended === undefined ? undefined : { asked, began, ended, answered };
}
