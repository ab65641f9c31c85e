import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { StepFailed, step } from "../run.ts";
import { ansibleFiles } from "./ansible.ts";
import type { Fact } from "./facts.ts";
import { environment, ground, sshConfig } from "./ground.ts";
import { type Measured, measure } from "./measured.ts";
import { pyinfraFiles } from "./pyinfra.ts";

const folder = join(ground, "competitors");
const programs = join(folder, "python", "bin");

/** Two other tools that ask the same facts of the same hosts, each as its makers would tune it. */
export class Competitors {
  // The path of a control socket must be short, and a clone's may be long.
  readonly #sockets = mkdtempSync(join(tmpdir(), "quintet-"));
  readonly #facts: readonly Fact[];

  constructor(facts: readonly Fact[]) {
    this.#facts = facts;
  }

  /** Installs both from PyPI, and on the hosts what Ansible's modules need there. */
  async setUp(): Promise<void> {
    mkdirSync(folder, { recursive: true });
    const files = {
      ...ansibleFiles(this.#facts, sshConfig, this.#sockets),
      ...pyinfraFiles(this.#facts, sshConfig),
    };
    for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text);
    await step("making a Python environment", ["python3", "-m", "venv", join(folder, "python")]);
    const install = ["install", "--quiet", "--disable-pip-version-check", "ansible", "pyinfra"];
    await step("installing Ansible and pyinfra", [join(programs, "pip"), ...install]);
    const onHost =
      "apt-get update -q >/dev/null && DEBIAN_FRONTEND=noninteractive apt-get install -qy python3-apt >/dev/null";
    for (const host of new Set(this.#facts.map((fact) => fact.host))) {
      await step(`installing python3-apt on ${host}`, ["ssh", "-F", sshConfig, host, onHost]);
    }
  }

  /** @throws StepFailed when a host is not in sync by Ansible's word: then it was asked something else. */
  async ansible(): Promise<Measured> {
    const { measured, said } = await this.#run("ansible-playbook", [
      ...["--check", "-i", "inventory.yml", "facts.yml"],
    ]);
    const notInSync = said.match(/^.*changed=[1-9].*$/gm);
    if (notInSync) throw new StepFailed(`Ansible finds differences: ${notInSync.join("; ")}`, 1);
    return measured;
  }

  async pyinfra(): Promise<Measured> {
    return (await this.#run("pyinfra", ["--dry", "inventory.py", "facts.py"])).measured;
  }

  /** Removes what lies outside of the bench's own folder. */
  close(): void {
    rmSync(this.#sockets, { recursive: true, force: true });
  }

  async #run(program: string, words: readonly string[]) {
    const log = join(ground, "logs", `${program}.log`);
    const measured = await measure({
      words: [join(programs, program), ...words],
      folder,
      environment: { ...environment, ANSIBLE_CONFIG: join(folder, "ansible.cfg") },
      log,
      deadlineSeconds: 600,
    });
    if (measured.status !== 0) throw new StepFailed(`${program}, see ${log}`, measured.status);
    return { measured, said: readFileSync(log, "utf8") };
  }
}
