import assert from "node:assert/strict";
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { userInfo } from "node:os";
import { afterEach, beforeEach, describe, test } from "node:test";
import type { HostState } from "../../providers/contract.ts";
import { DidNotConverge, Refused, ScriptFailed } from "../../providers/errors.ts";
import { type FileKey, type FileValue, file } from "../../providers/file.ts";
import { HostGround } from "../../providers/host-ground.ts";
import { iniFile } from "../../providers/ini-file.ts";
import type { Props } from "../../providers/layout.ts";
import { type Availability, Lifecycle } from "../../providers/lifecycle.ts";
import { sh } from "../../providers/sh.ts";
import type { Hosts } from "../../providers/transport/hosts.ts";
import { cutOffAfter, folderPlace, lying, type Place, unaskable } from "../places.ts";

const { username: owner } = userInfo();
const none: Availability = { down: new Set(), abandoned: new Set() };
let place: Place;
let path: string;

beforeEach(() => {
  place = folderPlace();
  path = `${place.folder}/file`;
});
afterEach(() => place.end());

const on = (availability = none) => new Lifecycle(new HostGround(file, place.hosts), availability);

function promise(claim: string, changes: Record<string, unknown> = {}): Props {
  const at = { host: "here", key: { path }, claim, stack: "test" };
  return { at, content: "wanted\n", owner, group: owner, mode: "0600", ...changes };
}

describe("a secret key", () => {
  const secret = (value: string, draw: number) =>
    promise("one", { content: `in place, draw ${draw}`, secrets: { content: { value, draw } } });

  test("stands in outputs and inputs as a word, never as its live value", async () => {
    const { outs } = await on().create(secret("hunter2", 1));
    assert.equal(readFileSync(path, "utf8"), "hunter2");
    assert.equal(outs.content, "in place, draw 1");
    writeFileSync(path, "somebody's");
    const read = await on().read("id", outs);
    assert.equal(read.inputs?.content, "differs");
    const { secrets: _wanted, ...visible } = read.props;
    assert.doesNotMatch(JSON.stringify(visible), /hunter2|somebody/);
    assert.equal(on().diff(read.props, secret("hunter2", 1)).changes, true);
  });

  test("that is drawn anew is an update, and reaches the host", async () => {
    const { outs } = await on().create(secret("old", 1));
    assert.equal(on().diff(outs, secret("new", 2)).changes, true);
    const updated = await on().update(outs, secret("new", 2));
    assert.equal(updated.outs.content, "in place, draw 2");
    assert.equal(readFileSync(path, "utf8"), "new");
  });
});

describe("the record of what was found", () => {
  test("belongs to the promise that came last: a renamed one leaves the host alone", async () => {
    const before = await on().create(promise("old name"));
    await on().create(promise("new name"));
    await on().delete(before.outs);
    assert.equal(readFileSync(path, "utf8"), "wanted\n");
  });

  test("outlives a lost state: the second create does not take our own work for the host's past", async () => {
    await on().create(promise("one"));
    const again = await on().create(promise("one"));
    await on().delete(again.outs);
    assert.equal(existsSync(path), false);
    assert.equal(
      existsSync(`${place.folder}/.records`) && existsSync(`${place.folder}/.records/quintet`),
      false,
    );
  });
});

describe("a key that leaves the declaration", () => {
  const ini = (hosts: Hosts = place.hosts) => new Lifecycle(new HostGround(iniFile, hosts), none);
  const keys = (values: Record<string, unknown>): Props => {
    const at = { host: "here", key: { path }, claim: "ini", stack: "test" };
    return { at, ...values };
  };
  const both = () => keys({ "a/kept": "ours", "a/stays": "ours" });
  const one = () => keys({ "a/stays": "ours" });

  test("comes back as it was found, and stays, wherever the run that puts it back is cut off", async () => {
    for (let steps = 0; steps <= 2; steps += 1) {
      writeFileSync(path, "[a]\nkept = theirs\n");
      const { outs } = await ini().create(both());
      await assert.rejects(ini(cutOffAfter(place, steps).hosts).update(outs, one()), /cut off/);
      const { outs: after } = await ini().update(outs, one());
      assert.match(readFileSync(path, "utf8"), /^kept = theirs$/m, `cut off after ${steps}`);
      await ini().delete(after);
      assert.equal(readFileSync(path, "utf8"), "[a]\nkept = theirs\n");
    }
  });

  test("and is about a host that is gone for good goes, as it was found or not", async () => {
    const about = { "a/kept": "there" };
    const { at, ...values } = both();
    for (const away of ["there", "elsewhere"]) {
      writeFileSync(path, "[a]\nkept = theirs\n");
      const abandoned = new Set([away]);
      const gone = new Lifecycle(new HostGround(iniFile, place.hosts), {
        down: abandoned,
        abandoned,
      });
      const { outs } = await ini().create({ ...values, at: { ...at, about } });
      const { outs: after } = await gone.update(outs, one());
      const kept = away === "there" ? "" : "kept = theirs\n";
      assert.equal(readFileSync(path, "utf8"), `[a]\n${kept}stays = ours\n`);
      await ini().delete(after);
      assert.equal(readFileSync(path, "utf8"), `[a]\n${kept}`);
    }
  });

  test("and was a secret is not told when it cannot be put back", async () => {
    writeFileSync(path, "[a]\nkept = theirs-of-old\n");
    const secrets = { "a/kept": { value: "hunter2", draw: 1 } };
    const { outs } = await ini().create(keys({ ...both(), "a/kept": "in place, draw 1", secrets }));
    await assert.rejects(ini(lying(place, sh`:`).hosts).update(outs, one()), (error) => {
      assert.ok(error instanceof DidNotConverge);
      assert.doesNotMatch(error.message, /hunter2|theirs-of-old/);
      return true;
    });
  });
});

describe("a record that cannot be read", () => {
  const failing = (asked: RegExp): Hosts => ({
    probe: (host, question) => place.hosts.probe(host, question),
    write: (host, steps, then) => place.hosts.write(host, steps, then),
    ask: async (host, questions) => {
      const answers = await place.hosts.ask(host, questions);
      const failed = { stdout: "", stderr: "timed out", status: 124 };
      return answers.map((answer, index) =>
        asked.test(questions[index]?.text ?? "") ? failed : answer,
      );
    },
  });
  const through = (hosts: Hosts) => new Lifecycle(new HostGround(file, hosts), none);

  test("is no record that is not there: nothing is changed, nothing let go of", async () => {
    writeFileSync(path, "theirs\n");
    const { outs } = await on().create(promise("one"));
    const blind = through(failing(/cat \S*records/));
    await assert.rejects(blind.delete(outs), ScriptFailed);
    await assert.rejects(blind.update(outs, promise("one", { content: "other\n" })), ScriptFailed);
    assert.equal(readFileSync(path, "utf8"), "wanted\n");
    await on().delete(outs);
    assert.equal(readFileSync(path, "utf8"), "theirs\n");
  });

  test("nor is anything changed before what has to come back is kept", async () => {
    writeFileSync(path, "theirs\n");
    await assert.rejects(through(failing(/base64/)).create(promise("one")), ScriptFailed);
    assert.equal(readFileSync(path, "utf8"), "theirs\n");
  });
});

test("what a write that was killed has left beside its file goes with the next one", async () => {
  const { outs } = await on().create(promise("one"));
  writeFileSync(`${place.folder}/.file.quintet`, "half of a secret");
  await on().update(outs, promise("one", { content: "other\n" }));
  assert.deepEqual(
    readdirSync(place.folder).filter((name) => name.includes("file")),
    ["file"],
  );
  writeFileSync(`${place.folder}/.file.quintet`, "half of a secret");
  await on().delete(outs);
  assert.deepEqual(
    readdirSync(place.folder).filter((name) => name.includes("file")),
    [],
  );
});

describe("a host that is declared down", () => {
  const down: Availability = { down: new Set(["here"]), abandoned: new Set() };

  test("is not asked, and nothing about it changes", async () => {
    const { outs } = await on().create(promise("one"));
    const blind = new Lifecycle(new HostGround(file, unaskable.hosts), down);
    assert.deepEqual(await blind.read("id", outs), { id: "id", props: outs });
    assert.deepEqual(blind.diff(outs, promise("one", { mode: "0644" })), { changes: false });
    await assert.rejects(blind.delete(outs), Refused);
  });

  test("gets its new promises when it is back", async () => {
    const { outs } = await new Lifecycle(new HostGround(file, unaskable.hosts), down).create(
      promise("one"),
    );
    assert.match(String(outs.unseen), /declared down/);
    assert.equal(on().diff(outs, promise("one")).changes, true);
    await on().update(outs, promise("one"));
    assert.equal(readFileSync(path, "utf8"), "wanted\n");
  });

  test("is let go of when it is abandoned", async () => {
    const { outs } = await on().create(promise("one"));
    const gone = { down: new Set(["here"]), abandoned: new Set(["here"]) };
    await new Lifecycle(new HostGround(file, unaskable.hosts), gone).delete(outs);
  });

  test("is left alone by a promise about it that is asked elsewhere", async () => {
    const about = { ...file, subject: () => "there" };
    const life = (availability: Availability) =>
      new Lifecycle(new HostGround(about, unaskable.hosts), availability);
    const { outs } = await on().create(promise("one"));
    const there = new Set(["there"]);
    const away = life({ down: there, abandoned: new Set() });
    assert.deepEqual(await away.read("id", outs), { id: "id", props: outs });
    assert.deepEqual(away.diff(outs, promise("one", { mode: "0644" })), { changes: false });
    assert.match(String((await away.create(promise("one"))).outs.unseen), /there is declared down/);
    await away.update(outs, promise("one", { mode: "0644" }));
    await assert.rejects(away.delete(outs), /there is declared down/);
    assert.equal(readFileSync(path, "utf8"), "wanted\n");
    // What this host keeps of the abandoned one goes.
    const letGo = new Lifecycle(new HostGround(about, place.hosts), {
      down: there,
      abandoned: there,
    });
    await letGo.delete(outs);
    assert.equal(existsSync(path), false);
  });

  test("is left out when others of the same promise are made true", async () => {
    const ini = (availability = none) =>
      new Lifecycle(new HostGround(iniFile, place.hosts), availability);
    const at = { host: "here", key: { path }, claim: "ini", stack: "test" };
    const keys = (value: string): Props => ({
      at: { ...at, about: { "a/theirs": "there" } },
      "a/theirs": value,
      "a/ours": value,
    });
    const { outs } = await ini().create(keys("one"));
    writeFileSync(path, "[a]\ntheirs = lost\nours = lost\n");
    const away = ini({ down: new Set(["there"]), abandoned: new Set() });
    const { props } = await away.read("id", outs);
    const { outs: after } = await away.update(props, keys("one"));
    assert.equal(readFileSync(path, "utf8"), "[a]\ntheirs = lost\nours = one\n");
    assert.deepEqual(away.diff(after, keys("one")), { changes: false });
    // It is back.
    const { props: seen } = await ini().read("id", after);
    assert.deepEqual(ini().diff(seen, keys("one")), { changes: true });
    await ini().update(seen, keys("one"));
    assert.equal(readFileSync(path, "utf8"), "[a]\ntheirs = one\nours = one\n");
  });

  test("is told of to whatever is on another host when it is abandoned", async () => {
    const told: unknown[] = [];
    const { putBack: _bytes, ...pool } = {
      ...file,
      converge(...[key, want, have, gone]: Parameters<HostState<FileKey, FileValue>["converge"]>) {
        told.push(gone && [...gone]);
        return file.converge(key, want, have);
      },
    };
    const abandoned = new Set(["there"]);
    const life = new Lifecycle(new HostGround(pool, place.hosts), { down: abandoned, abandoned });
    const heard = () => new Set(told.splice(0).map(String));
    const { outs } = await life.create(promise("one"));
    assert.deepEqual(heard(), new Set(["there"]));
    life.check(promise("one"), outs);
    life.diff(outs, promise("one"));
    assert.deepEqual(heard(), new Set(["there"]));
    await life.update(outs, promise("one", { mode: "0644" }));
    assert.deepEqual(heard(), new Set(["there"]));
    await life.delete(outs);
    assert.deepEqual(heard(), new Set(["there"]));
  });
});

test("a promise that moves to another place is replaced, the old one first", async () => {
  const { outs } = await on().create(promise("one"));
  const moved = promise("one", { at: { ...promise("one").at, key: { path: `${path}2` } } });
  assert.deepEqual(on().diff(outs, moved), {
    changes: true,
    replaces: ["at"],
    deleteBeforeReplace: true,
  });
});

test("what must follow another promise is looked at again when that one has written", async () => {
  const { outs } = await on().create(promise("one", { after: ["then"] }));
  assert.equal(on().diff(outs, promise("one", { after: ["then"] })).changes, false);
  assert.equal(on().diff(outs, promise("one", { after: ["later"] })).changes, true);
});

describe("what is refused", () => {
  test("while looking says which promise, and on which host", async () => {
    const { outs } = await on().create(promise("one"));
    rmSync(path);
    mkdirSync(path);
    const named = /^File one on here: .* is not a regular file/;
    await assert.rejects(on().read("id", outs), { message: named });
    await assert.rejects(on().update(outs, promise("one")), { message: named });
    await assert.rejects(on().delete(outs), { message: named });
  });

  const careful = (availability = none, hosts = unaskable.hosts) => {
    const kind = {
      ...file,
      converge(...[key, want, have]: Parameters<HostState<FileKey, FileValue>["converge"]>) {
        const edits = file.converge(key, want, have);
        if (want && have && edits.length > 0) throw new Refused("it would cost data");
        return edits;
      },
    };
    return new Lifecycle(new HostGround(kind, hosts), availability);
  };
  const named = /^File one on here: it would cost data/;
  /** What a refresh leaves in the state: what was seen as inputs, and more beside it as outputs. */
  const seen = async (content: string) => {
    const { outs } = await on().create(promise("one"));
    writeFileSync(path, content);
    const { props, inputs } = await on().read("id", outs);
    assert.ok(inputs);
    return { props, inputs };
  };

  test("before a change says it too, and in the preview as well", async () => {
    const { props, inputs } = await seen("theirs\n");
    const life = careful(none, place.hosts);
    assert.throws(() => life.check(promise("one"), inputs), { name: "Refused", message: named });
    await assert.rejects(life.update(props, promise("one")), { message: named });
  });

  test("is so for what the program says, not for what it said last time", async () => {
    // Somebody has moved the data as they were told, and now declares what is there.
    const { props, inputs } = await seen("moved\n");
    assert.deepEqual(careful().diff(props, promise("one")), { changes: true });
    const anew = promise("one", { content: "moved\n" });
    assert.deepEqual(careful().check(anew, inputs).failures, []);
    assert.deepEqual(careful().diff(props, anew), { changes: false });
  });

  test("is only what was seen, where it was seen", async () => {
    const { props, inputs } = await seen("theirs\n");
    const other = { ...promise("one").at, key: { path: `${path}2` } };
    const unknown = "04da6b54-80e4-46f7-96ec-b56ff0331ba9";
    const away: Availability = { down: new Set(["here"]), abandoned: new Set() };
    const passes = (life: Lifecycle, news: Props, olds?: Partial<Props>) =>
      assert.deepEqual(life.check(news, olds).failures, []);
    passes(careful(), promise("one"));
    passes(careful(), promise("one"), {});
    passes(careful(), promise("one"), { ...inputs, unseen: "it does not answer" });
    passes(careful(), promise("one", { at: other }), inputs);
    passes(careful(), promise("one", { at: { ...props.at, host: "there" } }), inputs);
    passes(careful(), promise("one", { after: [unknown] }), inputs);
    passes(careful(away), promise("one"), inputs);
  });

  test("is never what is not there", async () => {
    const { outs } = await on().create(promise("one"));
    rmSync(path);
    const { inputs } = await on().read("id", outs);
    assert.deepEqual(careful().check(promise("one"), inputs).failures, []);
  });
});

test("a wrong mode is refused by check, which names the promise", () => {
  const { failures } = on().check(promise("one", { mode: "rw" }));
  assert.match(failures[0]?.reason ?? "", /File one on here: .*(octal|Invalid)/);
});
