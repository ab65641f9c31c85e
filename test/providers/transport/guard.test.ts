import assert from "node:assert/strict";
import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, mock, test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import type { Client } from "ssh2";
import { CutOff, HostUnreachable, ScriptFailed } from "../../../providers/errors.ts";
import { sh } from "../../../providers/sh.ts";
import { carryOut } from "../../../providers/transport/carry-out.ts";
import { newMark } from "../../../providers/transport/frames.ts";
import { foundBefore, guardSeconds } from "../../../providers/transport/guard.ts";
import { lockSeconds, writeProgram } from "../../../providers/transport/write.ts";

let folder: string;
let file: string;
let asked: { readonly seconds: number; readonly patience: number | undefined }[];

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "quintet-guard-"));
  file = join(folder, "edited");
  writeFileSync(file, "found");
  asked = [];
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

/** A shell on this machine, whose guards wait for one second and who waits for no lock. */
function shell(program: string) {
  const input = program
    .replaceAll("/run/quintet", `${folder}/run`)
    .replaceAll(` guard ${guardSeconds} `, " guard 1 ")
    .replaceAll(`flock -w ${lockSeconds.guarded} `, "flock -w 0 ");
  const { stdout, stderr, status } = spawnSync("sh", [], { input, encoding: "utf8" });
  return { stdout, stderr, status: status ?? undefined };
}

// Nobody looks at the client.
const here = {
  client: async () => ({}) as Client,
  run: async (_host: string, program: string, seconds: number, patience?: number) => {
    asked.push({ seconds, patience });
    return shell(program);
  },
  runOverNew: async (_host: string, program: string) => shell(program),
  drop: async () => {},
};
const shut = {
  ...here,
  runOverNew: async () => {
    throw new HostUnreachable("here", "silent", "wait");
  },
};

function edit(text: string) {
  const note = foundBefore("it");
  return {
    why: `write ${text}`,
    script: sh`[ -e ${note} ] || cp ${file} ${note}; printf %s ${text} >${file}`,
    undo: { of: "it", script: sh`cp ${note} ${file}` },
  };
}
const note = (text: string) => ({ why: text, script: sh`echo ${text} >>${join(folder, "notes")}` });
const armed = { text: "ls /run/quintet | grep -c '^guard' || true", seconds: 5 };
const now = () => readFileSync(file, "utf8");
async function undoneTo(text: string): Promise<void> {
  // The file is as it was a moment before the guard has ended, and nobody here waits for that.
  const over = () => now() === text && shell(armed.text).stdout === "0\n";
  for (let tries = 0; tries < 100 && !over(); tries += 1) await sleep(100);
  assert.equal(now(), text);
}
const killedBeforeItConfirmed = (text: string) =>
  shell(writeProgram([edit(text)], [], newMark()).text);

describe("a guarded edit", () => {
  test("stays when a new connection has confirmed it, and is asked about after that", async () => {
    const [answer] = await carryOut(here, "here", [edit("wanted")], [armed]);
    assert.equal(answer?.stdout, "0\n");
    await sleep(1500);
    assert.equal(now(), "wanted");
  });

  test("is undone by the host when nobody confirms it", async () => {
    killedBeforeItConfirmed("half");
    assert.equal(now(), "half");
    await undoneTo("found");
  });

  test("is not undone by the guard of an earlier run that was killed", async () => {
    killedBeforeItConfirmed("half");
    await carryOut(here, "here", [edit("wanted")], []);
    await sleep(1500);
    assert.equal(now(), "wanted");
  });

  test("goes back to what let us in last, not to an earlier edit that nobody confirmed", async () => {
    killedBeforeItConfirmed("half");
    killedBeforeItConfirmed("worse");
    await undoneTo("found");
    await carryOut(here, "here", [edit("confirmed")], []);
    killedBeforeItConfirmed("worse");
    await undoneTo("confirmed");
  });

  test("waits for an undoing that has begun", async () => {
    const slow = edit("half");
    const undo = { of: "it", script: sh`sleep 0.7; ${slow.undo.script}` };
    shell(writeProgram([{ ...slow, undo }], [], newMark()).text);
    await sleep(1300);
    const waiting = (program: string) => shell(program.replaceAll("flock -w 8 ", "flock -w 9 "));
    const patient = { ...here, run: async (_host: string, program: string) => waiting(program) };
    await carryOut(patient, "here", [edit("wanted")], []);
    await sleep(700);
    assert.equal(now(), "wanted");
  });

  test("comes before what follows it, which waits until it is confirmed", async () => {
    await carryOut(here, "here", [note("first"), edit("wanted"), note("then")], []);
    assert.equal(readFileSync(join(folder, "notes"), "utf8"), "first\nthen\n");
    mock.timers.enable({ apis: ["setTimeout"] });
    try {
      const writing = carryOut(shut, "here", [edit("worse"), note("never")], []);
      const rejected = assert.rejects(writing, CutOff);
      for (let turns = 0; turns < 20; turns += 1) await new Promise(setImmediate);
      mock.timers.tick((guardSeconds + 3) * 1000);
      await rejected;
    } finally {
      mock.timers.reset();
    }
    assert.doesNotMatch(readFileSync(join(folder, "notes"), "utf8"), /never/);
  });

  test("has ended before its guard acts, or the undoing might not be the last word", async () => {
    await carryOut(here, "here", [edit("wanted")], []);
    const { seconds = 99, patience = 0 } = asked[0] ?? {};
    assert.ok(seconds < guardSeconds && seconds < patience);
  });

  test("on a busy host has not cut us off: nothing was edited", async () => {
    shell("mkdir -p /run/quintet");
    const other = spawn("flock", [`${folder}/run/lock`, "sh", "-c", "echo held; exec sleep 9"]);
    try {
      await once(other.stdout, "data");
      await assert.rejects(carryOut(here, "here", [edit("wanted")], []), (error) => {
        assert.ok(error instanceof ScriptFailed);
        assert.match(error.message, /status 75.*write wanted\n.*another run has held/);
        return true;
      });
      assert.equal(now(), "found");
    } finally {
      other.kill();
    }
  });

  test("on a host that cannot be reached has not cut us off either", async () => {
    const off = { ...here, client: () => Promise.reject(new HostUnreachable("here", "off", "")) };
    await assert.rejects(carryOut(off, "here", [edit("wanted")], []), HostUnreachable);
  });
});
