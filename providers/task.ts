import type * as pulumi from "@pulumi/pulumi";
import { z } from "zod";
import type { Change, HostState } from "./contract.ts";
import { Unseen } from "./errors.ts";
import { ownRows, together } from "./mariadb/command.ts";
import { type HostPromise, HostResource } from "./resource.ts";
import { type Script, sh } from "./sh.ts";

/** A name for people; it stands in the record on the host. */
export interface TaskKey {
  readonly name: string;
}

/**
 * The texts are sh programs, made by the `sh` tag in the profile (`script.text`). They are the same on
 * both sides of a diff, so that a preview shows `done` alone.
 */
export interface TaskValue {
  /** "yes", or why it is not: "no". Wanted is always "yes". */
  readonly done?: string;
  /** Only reads. Ends with 0 when the deed is done, with 1 when it is not, otherwise it cannot tell. */
  readonly check: string;
  /**
   * A query of the host's own MariaDB, which the check needs, without its semicolon: it is asked together
   * with all others' questions. The check finds its rows in `$rows`, a line each; or in `$unseen` what was
   * said instead.
   */
  readonly asks?: string;
  /** Does it. Safe to run again after it broke off. */
  readonly run: string;
  /** Undoes it at destroy, where it was not done when we came. Left out: what is done stays. */
  readonly undo?: string;
  /** Run at destroy whatever was found: takes away what others have made since, in its name. */
  readonly cleanUp?: string;
  /** How long each of `run`, `undo` and `cleanUp` may take, in seconds. */
  readonly seconds?: number;
}

/** A deed without state of its own: a check that says whether it is done, and a way to do it. */
export const task = {
  kind: "Task",
  key: z.strictObject({
    name: z.string().regex(/^[^'\\\n]+$/, "no quote, no backslash and no line break"),
  }),
  value: z.strictObject({
    done: z.literal("yes").default("yes"),
    check: z.string().min(1),
    asks: z.string().min(1).exactOptional(),
    run: z.string().min(1),
    undo: z.string().min(1).exactOptional(),
    cleanUp: z.string().min(1).exactOptional(),
    seconds: z.number().int().positive().exactOptional(),
  }),

  shared: {
    look: together.look,
    word: ({ name }, declared) => declared?.asks && together.word(name, `${declared.asks};`),
  },

  // A check gets a part of the shell to itself, so that an `exit`, a variable or an error of syntax stays in
  // it. With the name, each of several with the same check is a question of its own, which is asked ahead.
  probe: ({ name }, declared) => sh`
: ${name}${declared?.asks === undefined ? sh`` : ownRows(name)}
said=$(eval ${declared?.check ?? "exit 1"} </dev/null 2>&1 >/dev/null)
printf '%s\\n%s\\n' "$?" "$said"`,

  parse(stdout, { name }, declared) {
    const [status, ...said] = stdout.trimEnd().split("\n");
    if (status !== "0" && status !== "1") {
      const reason = said.at(-1) ?? "";
      throw new Unseen(`the check of "${name}" cannot tell (it ended with ${status}): ${reason}`);
    }
    return { check: "", run: "", ...declared, done: status === "0" ? "yes" : "no" };
  },

  // A text that leaves the program is none of the host's past, and has nothing to go back to.
  own: (_declared, have) => have,

  converge({ name }, want, have) {
    if (want?.done === "yes" && have?.done !== "yes") return [deed(`do`, name, want.run, want)];
    // New texts are taken over by an update that runs nothing: the next look uses them.
    const reworded = (["check", "asks", "run", "undo", "cleanUp", "seconds"] as const).some(
      (text) => have && want?.[text] !== undefined && want[text] !== have[text],
    );
    return reworded ? [{ why: `take over the new texts of "${name}"`, script: sh`:` }] : [];
  },

  putBack({ name }, _kept, found, have) {
    const { undo, cleanUp } = have ?? {};
    const undoable = found?.done !== "yes" && have?.done === "yes" && undo !== undefined;
    return [
      ...(undoable ? [deed("undo", name, undo, have)] : []),
      ...(have && cleanUp !== undefined ? [deed("clean up after", name, cleanUp, have)] : []),
    ];
  },
} satisfies HostState<TaskKey, TaskValue>;

function deed(verb: string, name: string, text: string, { seconds }: TaskValue): Change {
  return {
    why: `${verb} "${name}"`,
    script: isolated(text),
    ...(seconds !== undefined && { seconds }),
  };
}

function isolated(text: string): Script {
  return sh`sh -c ${text} </dev/null`;
}

/** A one-time deed on a host. Prefer a real kind: a Task cannot say which key differs. */
export class Task extends HostResource<TaskKey, TaskValue> {
  constructor(
    name: string,
    promise: HostPromise<TaskKey, TaskValue>,
    options?: pulumi.CustomResourceOptions,
  ) {
    super(task, name, promise, options);
  }
}
