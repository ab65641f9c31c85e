import { cpSync, mkdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { clone, ownPulumi } from "../clone.ts";
import { StepFailed } from "../run.ts";
import type { StoredResource } from "./facts.ts";
import { environment, ground } from "./ground.ts";
import { type Measured, measure } from "./measured.ts";
import { type Said, type Share, timeShares } from "./timeline.ts";

/** What tells one copy of the program from another. */
export interface Program {
  /** The copy's name: it gets a folder of its own, and so a memory for reading ahead of its own. */
  readonly name: string;
  readonly stack: string;
  readonly passphrase: string;
  /** Replaces files of the clone, by path: what to write, or which file of the clone to copy. */
  readonly files?: Readonly<Record<string, string | { readonly copyOf: string }>>;
  /** The same resources, with a provider that looks at nothing. */
  readonly blind?: boolean;
}

const rooms = ["components", "operations", "profiles", "providers", "site"];
const single = ["index.ts", "Pulumi.yaml", "Pulumi.testbed.yaml"];

/**
 * A copy of the program in a folder inside the clone, where it finds the clone's packages. All copies
 * share one state, so that a blind one sees exactly the resources that the other has made.
 */
export class Project {
  readonly folder: string;
  readonly #program: Program;

  constructor(program: Program) {
    this.#program = program;
    this.folder = join(ground, "programs", program.name);
    rmSync(this.folder, { recursive: true, force: true });
    mkdirSync(join(ground, "state"), { recursive: true, mode: 0o700 });
    for (const name of [...rooms, ...single]) {
      cpSync(join(clone, name), join(this.folder, name), { recursive: true });
    }
    const blind = { "providers/provider.ts": { copyOf: "operations/bench/blind-provider.ts" } };
    this.write({ ...program.files, ...(program.blind && blind) });
  }

  /** Writes files of the copy. */
  write(files: NonNullable<Program["files"]>): void {
    for (const [path, file] of Object.entries(files)) {
      const target = join(this.folder, path);
      if (typeof file === "string") writeFileSync(target, file);
      else cpSync(join(clone, file.copyOf), target);
    }
  }

  /** The log of the last run of a command. */
  log(command: string): string {
    return join(ground, "logs", `${this.#program.name}-${command}.log`);
  }

  /** Makes the stack where it is not there yet. */
  async select(): Promise<void> {
    await this.pulumi(["stack", "select", "--create"]);
  }

  /** Takes over the stack's settings from another copy. */
  settleAs(other: Project): void {
    const name = `Pulumi.${this.#program.stack}.yaml`;
    cpSync(join(other.folder, name), join(this.folder, name));
  }

  /** As `npm start` does it, with what the time went into. */
  async up(): Promise<Measured & { readonly spent: Record<Share, number> }> {
    const said: Said[] = [];
    const words = ["up", "--yes", "--skip-preview", "--parallel", "64"] as const;
    const measured = await this.pulumi(words, (line, second) => said.push({ line, second }));
    return { ...measured, spent: timeShares(said, measured.seconds) };
  }

  /** The preview that must find nothing, at the CLI's own parallelism. */
  noOpPreview(): Promise<Measured> {
    return this.pulumi(["preview", "--expect-no-changes"]);
  }

  /** What the state holds; no secret is decrypted. */
  async resources(): Promise<StoredResource[]> {
    let text = "";
    await this.pulumi(["stack", "export"], (line) => {
      text += `${line}\n`;
    });
    return JSON.parse(text).deployment.resources;
  }

  /** @throws StepFailed when the CLI ends with anything but 0. */
  async pulumi(
    words: readonly [string, ...string[]],
    listen?: (line: string, second: number) => void,
  ): Promise<Measured> {
    const { name, stack, passphrase } = this.#program;
    const log = this.log(words[0]);
    const measured = await measure({
      words: [ownPulumi, ...words, "--stack", stack, "--non-interactive"],
      folder: this.folder,
      environment: {
        ...environment,
        PULUMI_CONFIG_PASSPHRASE: passphrase,
        // The state is thrown away afterwards; written once at the end, it takes minutes less.
        PULUMI_EXPERIMENTAL: "true",
        PULUMI_SKIP_CHECKPOINTS: String(name.startsWith("light")),
      },
      log,
      ...(listen && { listen }),
      deadlineSeconds: 1800,
    });
    if (measured.status === 0) return measured;
    throw new StepFailed(`pulumi ${words[0]} of ${name}, see ${log}`, measured.status);
  }
}
