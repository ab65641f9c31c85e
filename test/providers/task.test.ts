import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { existsSync, writeFileSync } from "node:fs";
import { describe, test } from "node:test";
import { Unseen } from "../../providers/errors.ts";
import { HostGround } from "../../providers/host-ground.ts";
import { Lifecycle } from "../../providers/lifecycle.ts";
import { type Script, sh } from "../../providers/sh.ts";
import { type TaskValue, task } from "../../providers/task.ts";
import { folderPlace } from "../places.ts";

const key = { name: "a deed" };
const deed = (texts: Partial<TaskValue>): TaskValue => ({
  done: "yes",
  check: "true",
  run: "true",
  ...texts,
});
const shell = (script: Script) => spawnSync("sh", [], { input: script.text, encoding: "utf8" });
const seen = (declared: TaskValue) =>
  task.parse(shell(task.probe(key, declared)).stdout, key, declared);

describe("the check of a task", () => {
  test("ends with 0 when the deed is done", () => {
    assert.equal(seen(deed({ check: "exit 0" })).done, "yes");
  });

  test("ends with 1 when it is not", () => {
    assert.equal(seen(deed({ check: "exit 1" })).done, "no");
  });

  test("with any other status cannot tell, and its last words say why", () => {
    assert.throws(
      () => seen(deed({ check: "echo looking >&2; echo 'the database is away' >&2; exit 2" })),
      (error) =>
        error instanceof Unseen && /ended with 2\): the database is away/.test(error.message),
    );
  });

  test("that is no sh program cannot tell either", () => {
    assert.throws(() => seen(deed({ check: "if" })), Unseen);
  });

  test("that reads standard input finds none, and the script goes on", () => {
    const { stdout } = shell(task.probe(key, deed({ check: "cat; exit 1" })));
    assert.match(stdout, /^1\n/);
  });

  test("that leaves its shell as it likes leaves nothing behind", () => {
    const { stdout } = shell(task.probe(key, deed({ check: "printf() { :; }; exec >&2; exit 1" })));
    assert.match(stdout, /^1\n/);
  });

  test("that asks MariaDB finds its own rows among the answers to all, or why there are none", () => {
    const withRows = deed({
      asks: "SELECT 1",
      check: `[ "$rows" = "a *\nb\n" ] && [ -z "$unseen" ]`,
    });
    const withNone = deed({
      asks: "SELECT 1",
      check: `[ -z "$rows" ] && [ "$unseen" = "it is away" ]`,
    });
    const done = (declared: TaskValue, shared: string) => {
      const { stdout } = shell(sh`shared=${shared}\n${task.probe(key, declared)}`);
      return task.parse(stdout, key, declared).done;
    };
    assert.equal(done(withRows, "seen\n@other@\nx\n@\n@a deed@\na *\nb\n@"), "yes");
    assert.equal(done(withRows, "seen\n@a deed@\na *\n@\n@other@\nb\n@"), "no");
    assert.equal(done(withNone, "unseen\nit is away"), "yes");
    assert.equal(task.shared.word(key, deed({})), undefined);
  });

  test("whose words could be taken for a status is not fooled", () => {
    assert.equal(seen(deed({ check: "echo 0; echo 0 >&2; exit 1" })).done, "no");
  });
});

describe("a task", () => {
  test("that is done needs nothing", () => {
    assert.deepEqual(task.converge(key, deed({}), deed({})), []);
  });

  test("that is not done is run, in the time it was given", () => {
    const [change] = task.converge(key, deed({ seconds: 900 }), deed({ seconds: 900, done: "no" }));
    assert.equal(change?.seconds, 900);
  });

  test("whose text contains quotes is run as it was written", () => {
    const text = `printf '%s' "it's \\$HOME"`;
    const [change] = task.converge(key, deed({ run: text }), deed({ run: text, done: "no" }));
    assert.ok(change);
    assert.equal(shell(change.script).stdout, "it's $HOME");
  });

  test("that fails fails its script", () => {
    const [change] = task.converge(
      key,
      deed({ run: "exit 3" }),
      deed({ run: "exit 3", done: "no" }),
    );
    assert.ok(change);
    assert.equal(shell(change.script).status, 3);
  });

  test("with a new check is looked at again, and nothing is run", () => {
    const [change, ...more] = task.converge(key, deed({ check: "test 1" }), deed({}));
    assert.deepEqual(more, []);
    assert.match(change?.why ?? "", /take over the new texts/);
    assert.equal(change?.script.text, ":");
  });

  test("that was done before we came is left as it is at destroy", () => {
    const held = deed({ undo: "echo undone" });
    assert.deepEqual(task.putBack(key, "", held, held), []);
  });

  test("that we did is undone at destroy", () => {
    const held = deed({ undo: "echo undone" });
    const [change] = task.putBack(key, "", { ...held, done: "no" }, held);
    assert.ok(change);
    assert.equal(shell(change.script).stdout, "undone\n");
  });

  test("that has something to clean up does so whatever was found, and after its undo", () => {
    const held = deed({ undo: "echo undone", cleanUp: "echo clean" });
    const said = (found: TaskValue) =>
      task.putBack(key, "", found, held).map(({ script }) => shell(script).stdout);
    assert.deepEqual(said(held), ["clean\n"]);
    assert.deepEqual(said({ ...held, done: "no" }), ["undone\n", "clean\n"]);
  });

  test("whose cleaning up is new takes it over, and runs nothing", () => {
    const [change] = task.converge(key, deed({ cleanUp: "echo clean" }), deed({}));
    assert.equal(change?.script.text, ":");
  });

  test("that always holds cleans up when its promise goes", async () => {
    const place = folderPlace();
    const lifecycle = new Lifecycle(new HostGround(task, place.hosts), {
      down: new Set(),
      abandoned: new Set(),
    });
    const left = `${place.folder}/left`;
    const value = deed({ check: ":", run: ":", cleanUp: sh`rm ${left}`.text });
    const at = { host: "here", key, claim: "a-deed", stack: "test" };
    const { outs } = await lifecycle.create({ at, ...value });
    writeFileSync(left, "by somebody else, later");
    await lifecycle.delete((await lifecycle.read("id", outs)).props);
    assert.equal(existsSync(left), false);
    place.end();
  });

  test("whose undo was reworded, and then left out, is taken over as it is", async () => {
    const place = folderPlace();
    const lifecycle = new Lifecycle(new HostGround(task, place.hosts), {
      down: new Set(),
      abandoned: new Set(),
    });
    const at = { host: "here", key, claim: "a-deed", stack: "test" };
    const made = await lifecycle.create({ at, ...deed({ undo: "echo one" }) });
    const reworded = await lifecycle.update(made.outs, { at, ...deed({ undo: "echo two" }) });
    const news = { at, ...deed({ cleanUp: "echo clean" }) };
    const { outs } = await lifecycle.update(reworded.outs, news);
    const { props } = await lifecycle.read("id", outs);
    place.end();
    assert.equal(lifecycle.diff(props, news).changes, false);
  });

  test("without an undo stays done", () => {
    assert.deepEqual(task.putBack(key, "", deed({ done: "no" }), deed({})), []);
  });
});
