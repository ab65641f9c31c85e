import { randomBytes } from "node:crypto";
import { lines, type Script, sh } from "../sh.ts";

/** One question to a host: the text of a read-only script, with its own time limit. */
export interface Question {
  readonly text: string;
  readonly seconds: number;
}

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
  const asked = questions.map(
    ({ text }) => sh`
e=$(exec 2>&1 >&3 </dev/null; eval ${text}); s=$?
printf '\n%s %s\n%s\n%s' ${mark} "$s" "$e" ${mark} >&3`,
  );
  return sh`exec 3>&1
${lines(asked)}
exec 3>&-
`;
}

/**
 * Puts several questions into one program: each keeps its output, its complaints and its status, and
 * has its own time limit. The limit needs the script in an argv, which is why a probe holds no secret.
 */
export function framed(questions: readonly Question[], mark: string): Script {
  const asked = questions.map(
    ({ text, seconds }) => sh`
e=$({ timeout -k 2 ${seconds} sh -c ${text} </dev/null >&3; } 2>&1); s=$?
printf '\n%s %s\n%s\n%s' ${mark} "$s" "$e" ${mark} >&3`,
  );
  return sh`exec 3>&1
${lines(asked)}
exec 3>&-
`;
}

/** Takes the answers apart; fewer than questions came in when the program broke off. */
export function unframe(stdout: string, mark: string): Answer[] {
  const parts = stdout.split(mark);
  const answers: Answer[] = [];
  for (let index = 0; index + 2 < parts.length; index += 2) {
    const [status = "", ...complaint] = (parts[index + 1] ?? "").split("\n");
    answers.push({
      stdout: (parts[index] ?? "").replace(/\n$/, ""),
      stderr: complaint.join("\n").trim(),
      status: Number(status.trim()),
    });
  }
  return answers;
}
