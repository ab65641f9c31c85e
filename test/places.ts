import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Api } from "../providers/cloud/api.ts";
import { apiThrough } from "../providers/cloud/api-through-hosts.ts";
import type { AnyState } from "../providers/contract.ts";
import { ScriptFailed } from "../providers/errors.ts";
import { type Script, sh } from "../providers/sh.ts";
import { framedTogether, newMark, type Question, unframe } from "../providers/transport/frames.ts";
import { type Hosts, SshHosts } from "../providers/transport/hosts.ts";
import { Pool } from "../providers/transport/pool.ts";
import { failedStep, type Step, writeProgram } from "../providers/transport/write.ts";

/** The ways to what promises are about: a host's shell, and the APIs that it can reach. */
export interface Ways {
  readonly hosts: Hosts;
  readonly api: Api;
}

/** Where the laws of a kind are tried: a shell, and a folder in it to work in. */
export interface Place extends Ways {
  readonly host: string;
  readonly folder: string;
  /** Runs a script as it is and gives its output; for what is not the kind's own doing. */
  run(script: Script): Promise<string>;
  end(): Promise<void>;
}

/** What a host runs to look at one promise alone. */
// biome-ignore lint/suspicious/noExplicitAny: any kind's keys and values.
export function lookOf(kind: AnyState, key: any, declared?: any): Script {
  const { shared } = kind;
  const word = shared?.word(key, declared);
  if (!shared || word === undefined) return kind.probe(key, declared);
  return sh`
shared=$(set -- ${word}
${shared.look}) || exit
${kind.probe(key, declared)}`;
}

/** A shell on this machine in a folder of its own; what hosts keep under /var/lib and /run lies there too. */
export function folderPlace(): Place {
  const folder = mkdtempSync(join(tmpdir(), "quintet-laws-"));
  const moved = (text: string) =>
    text
      .replaceAll("/var/lib/quintet", `${folder}/.records/quintet`)
      .replaceAll("/run/quintet", `${folder}/.run`);
  const shell = (text: string) =>
    spawnSync("sh", [], {
      input: moved(text),
      encoding: "utf8",
      env: { ...process.env, LC_ALL: "C" },
    });
  const ask = async (_host: string, questions: readonly Question[]) => {
    const mark = newMark();
    return unframe(shell(framedTogether(questions, mark).text).stdout, mark);
  };
  const hosts: Hosts = {
    ask,
    probe: async (host, question) =>
      (await ask(host, [question]))[0] ?? { stdout: "", stderr: "", status: 255 },
    write: async (_host, steps, then) => {
      const mark = newMark();
      const ran = shell(writeProgram(steps, then, mark).text);
      const failed = failedStep(ran.stdout, mark);
      if (failed || ran.status !== 0)
        throw new ScriptFailed(`${steps[failed?.index ?? 0]?.why}: ${ran.stderr}`);
      return unframe(ran.stdout, mark);
    },
  };
  return {
    hosts,
    api: unaskable.api,
    host: "here",
    folder,
    run: async (script) => {
      const ran = shell(script.text);
      if (ran.status !== 0) throw new Error(`${script.text}\n${ran.stderr}`);
      return ran.stdout;
    },
    end: async () => rmSync(folder, { recursive: true, force: true }),
  };
}

/** A host of the testbed, over SSH. */
export function hostPlace(host: string, sshConfig: string): Place {
  const hosts = new SshHosts(new Pool(sshConfig), undefined, () => false, 0);
  return {
    hosts,
    api: apiThrough(hosts),
    host,
    folder: "/root/quintet-laws",
    run: async (script) => {
      const [answer] = await hosts.ask(host, [{ text: script.text, seconds: 300 }]);
      if (answer?.status !== 0) throw new Error(`${script.text}\n${answer?.stderr}`);
      return answer.stdout;
    },
    end: () => hosts.close(),
  };
}

/** The same ways, which are cut off after so many steps of writing. */
export function cutOffAfter({ hosts, api }: Ways, count: number): Ways {
  let left = count;
  const spend = async <Result>(steps: number, write: (allowed: number) => Promise<Result>) => {
    const allowed = Math.min(left, steps);
    left -= allowed;
    const result = allowed > 0 ? await write(allowed) : undefined;
    if (left === 0 || result === undefined) throw new Error("cut off");
    return result;
  };
  return {
    hosts: {
      ...sameReads(hosts),
      write: (host, steps, then) =>
        spend(steps.length, (allowed) => hosts.write(host, steps.slice(0, allowed), then)),
    },
    api: {
      ask: (host, question, reader) => api.ask(host, question, reader),
      send: async (host, call, why) => {
        await spend(1, async () => {
          await api.send(host, call, why);
          return true;
        });
      },
    },
  };
}

/** The same ways, on which every change but the record claims success and does nothing. */
export function lying({ hosts, api }: Ways, nothing: Script): Ways {
  const lie = (step: Step): Step =>
    step.why.startsWith("note what was found") ? step : { why: step.why, script: nothing };
  return {
    hosts: {
      ...sameReads(hosts),
      write: (host, steps, then) => hosts.write(host, steps.map(lie), then),
    },
    api: { ask: (host, question, reader) => api.ask(host, question, reader), send: async () => {} },
  };
}

/** What nobody may ask. */
export const unaskable: Ways = {
  hosts: {
    probe: () => Promise.reject(new Error("a host was asked")),
    ask: () => Promise.reject(new Error("a host was asked")),
    write: () => Promise.reject(new Error("a host was written to")),
  },
  api: {
    ask: () => Promise.reject(new Error("an API was asked")),
    send: () => Promise.reject(new Error("an API was written to")),
  },
};

function sameReads(hosts: Hosts): Pick<Hosts, "probe" | "ask"> {
  return {
    probe: (host, question) => hosts.probe(host, question),
    ask: (host, questions) => hosts.ask(host, questions),
  };
}
