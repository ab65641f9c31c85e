import type { Script } from "../../providers/sh.ts";
import type { Expected, ExpectedHost } from "./expected.ts";
import { together, type Verdict } from "./finding.ts";

/** What hosts have printed, by their names. Those that did not answer are not among them. */
export type Answers = ReadonlyMap<string, string>;

/** One thing to look at, on every host that has it. */
export interface Look {
  /** For people: "units". */
  readonly name: string;
  /** How long it may take on a host. */
  readonly seconds: number;
  /** Only reads. Undefined for a host that has nothing of the kind. */
  script(host: ExpectedHost, cloud: Expected): Script | undefined;
  /** Pure. */
  judge(answers: Answers, cloud: Expected): Verdict;
}

/** A look that judges each host by itself. */
export interface HostLook extends Omit<Look, "judge"> {
  judge(stdout: string, host: ExpectedHost, cloud: Expected): Verdict;
}

export function onEach(look: HostLook): Look {
  return {
    ...look,
    judge: (answers, cloud) =>
      together(
        cloud.hosts.flatMap((host) => {
          const stdout = answers.get(host.name);
          return stdout === undefined ? [] : [look.judge(stdout, host, cloud)];
        }),
      ),
  };
}

/** Parts of an output by the lines that head them: "at /etc/pki/CA/cacert.pem". */
export function parts(stdout: string, head: string): [string, string][] {
  const [, ...rest] = `\n${stdout}`.split(`\n${head} `);
  return rest.map((part) => {
    const end = part.indexOf("\n");
    return end < 0 ? [part, ""] : [part.slice(0, end), part.slice(end + 1)];
  });
}
