import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { ScriptFailed } from "../providers/errors.ts";
import type { Script } from "../providers/sh.ts";
import { framedTogether, newMark, type Question, unframe } from "../providers/transport/frames.ts";
import { type Hosts, SshHosts } from "../providers/transport/hosts.ts";
import { failedStep, type Step, writeProgram } from "../providers/transport/write.ts";

/** Where the laws of a kind are tried: a shell, and a folder in it to work in. */
export interface Place {
  readonly hosts: Hosts;
  readonly host: string;
  readonly folder: string;
  /** Runs a script as it is and gives its output; for what is not the kind's own doing. */
  run(script: Script): Promise<string>;
  end(): Promise<void>;
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
  const hosts = new SshHosts(sshConfig, undefined, () => false);
  return {
    hosts,
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

/** The same hosts, whose every write is cut off after some of its steps. */
export function cutOffAfter(hosts: Hosts, count: number): Hosts {
  return {
    ...sameReads(hosts),
    write: async (host, steps) => {
      await hosts.write(host, steps.slice(0, count), []);
      throw new Error("cut off");
    },
  };
}

/** The same hosts, on which every change but the record claims success and does nothing. */
export function lying(hosts: Hosts, nothing: Script): Hosts {
  const lie = (step: Step): Step =>
    step.why.startsWith("note what was found") ? step : { why: step.why, script: nothing };
  return {
    ...sameReads(hosts),
    write: (host, steps, then) => hosts.write(host, steps.map(lie), then),
  };
}

/** Hosts that nobody may ask. */
export const unaskable: Hosts = {
  probe: () => Promise.reject(new Error("a host was asked")),
  ask: () => Promise.reject(new Error("a host was asked")),
  write: () => Promise.reject(new Error("a host was written to")),
};

function sameReads(hosts: Hosts): Pick<Hosts, "probe" | "ask"> {
  return {
    probe: (host, question) => hosts.probe(host, question),
    ask: (host, questions) => hosts.ask(host, questions),
  };
}
