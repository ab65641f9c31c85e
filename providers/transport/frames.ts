import { randomBytes } from "node:crypto";
import { z } from "zod";
import { lines, type Script, sh } from "../sh.ts";

/** A look that has something to tell to many questions. Its arguments are the words of all of them. */
const shared = z.strictObject({ text: z.string(), word: z.string().optional() }).readonly();

/** One question to a host: the text of a read-only script, with its own time limit. */
export const question = z
  .strictObject({
    text: z.string(),
    seconds: z.number(),
    /** What is looked at before, in one go with other questions: its output is in `$shared`. */
    shared: shared.exactOptional(),
  })
  .readonly();
export type Question = z.infer<typeof question>;

/** What one script of several left behind. */
export interface Answer {
  readonly stdout: string;
  readonly stderr: string;
  readonly status: number;
}

/** A word that no output can contain by accident. */
export function newMark(): string {
  return `@${randomBytes(12).toString("hex")}@`;
}

/**
 * Puts several questions into one program that costs a host little: a fork for each, where a time limit
 * and a shell of its own take twice what most questions take. Whoever runs it bounds it as a whole;
 * when it did not come to its end, `framed` asks what is left.
 */
export function framedTogether(questions: readonly Question[], mark: string): Script {
  const looks = [...Map.groupBy(questions, ({ shared }) => shared?.text)].filter(
    ([text]) => text !== undefined,
  );
  const shared = looks.map(
    ([, group], index) => sh`
shared_${index}=$(exec 2>/dev/null </dev/null 3>&-; ${look(group)}); shared_status_${index}=$?`,
  );
  const asked = questions.map((question) => {
    const index = looks.findIndex(([text]) => text === question.shared?.text);
    // Where the look for all has failed, each makes its own, and tells what it said.
    const before =
      index < 0
        ? sh``
        : sh`shared=$shared_${index}; [ $shared_status_${index} = 0 ] || shared=$(${look([question])}) || exit; `;
    return sh`
e=$(exec 2>&1 >&3 </dev/null; ${before}eval ${question.text}); s=$?
printf '\n%s %s\n%s\n%s' ${mark} "$s" "$e" ${mark} >&3`;
  });
  return sh`exec 3>&1${lines([...shared, ...asked])}
exec 3>&-
`;
}

function look(group: readonly Question[]): Script {
  const words = group.flatMap(({ shared }) => shared?.word ?? []);
  return sh`set -- ${words}; eval ${group[0]?.shared?.text ?? ":"}`;
}

function alone(question: Question): Script {
  const { shared, text } = question;
  return shared ? sh`shared=$(${look([question])}) || exit; eval ${text}` : sh`eval ${text}`;
}

/**
 * Puts several questions into one program: each keeps its output, its complaints and its status, and
 * has its own time limit. The limit needs the script in an argv, which is why a probe holds no secret.
 */
export function framed(questions: readonly Question[], mark: string): Script {
  const asked = questions.map(
    (question) => sh`
e=$({ timeout -k 2 ${question.seconds} sh -c ${alone(question).text} </dev/null >&3; } 2>&1); s=$?
printf '\n%s %s\n%s\n%s' ${mark} "$s" "$e" ${mark} >&3`,
  );
  return sh`exec 3>&1
${lines(asked)}
exec 3>&-
`;
}

/** Takes the answers apart as they come in; fewer than questions came when the program broke off. */
export class Unframing {
  readonly #mark: string;
  #text = "";

  constructor(mark: string) {
    this.#mark = mark;
  }

  /** The answers that are whole by now and were not before. */
  take(more: string): Answer[] {
    this.#text += more;
    const parts = this.#text.split(this.#mark);
    // After each answer comes a mark, its status and complaint, and a mark; what follows is to come.
    this.#text = parts.splice(parts.length - 1 - ((parts.length - 1) % 2)).join(this.#mark);
    const answers: Answer[] = [];
    for (let index = 0; index < parts.length; index += 2) {
      const [status = "", ...complaint] = (parts[index + 1] ?? "").split("\n");
      answers.push({
        stdout: (parts[index] ?? "").replace(/\n$/, ""),
        stderr: complaint.join("\n").trim(),
        status: Number(status.trim()),
      });
    }
    return answers;
  }
}

/** The answers in what a program has printed. */
export function unframe(stdout: string, mark: string): Answer[] {
  return new Unframing(mark).take(stdout);
}
