import { ScriptFailed } from "../errors.ts";
import {
  type Answer,
  framed,
  framedTogether,
  newMark,
  type Question,
  Unframing,
  unframe,
} from "./frames.ts";
import type { Pool } from "./pool.ts";

/** Is told each answer as it comes, but for those that are asked for again. */
type Heard = (answer: Answer, index: number) => void;

/**
 * Asks a host: all together first, and where one question does not come to its end, that one and those
 * after it again, each with its own limit.
 * @throws HostUnreachable, and ScriptFailed when even that breaks off
 */
export async function exchange(
  pool: Pick<Pool, "run">,
  host: string,
  questions: readonly Question[],
  heard?: Heard,
): Promise<Answer[]> {
  if (questions.length === 0) return [];
  const mark = newMark();
  const longest = Math.max(...questions.map((question) => question.seconds));
  const program = framedTogether(questions, mark).text;
  const unframing = new Unframing(mark);
  const answers: Answer[] = [];
  const take = (more: string) => {
    for (const answer of unframing.take(more)) {
      answers.push(answer);
      heard?.(answer, answers.length - 1);
    }
  };
  const { stdout } = await pool.run(host, program, longest + 10, undefined, heard && take);
  if (!heard) take(stdout);
  const left = questions.slice(answers.length);
  return left.length === 0 ? answers : [...answers, ...(await oneByOne(pool, host, left))];
}

async function oneByOne(
  pool: Pick<Pool, "run">,
  host: string,
  questions: readonly Question[],
): Promise<Answer[]> {
  const mark = newMark();
  const seconds = questions.reduce((sum, question) => sum + question.seconds, 10);
  const { stdout, stderr, status } = await pool.run(host, framed(questions, mark).text, seconds);
  const answers = unframe(stdout, mark);
  if (answers.length === questions.length) return answers;
  throw new ScriptFailed(
    `${host}: reading it broke off after ${answers.length} of ${questions.length} probes (status ${status ?? "none"}): ${stderr.trim().slice(-500)}`,
  );
}
