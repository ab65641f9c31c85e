import assert from "node:assert/strict";
import { EventEmitter } from "node:events";
import { Duplex } from "node:stream";
import { describe, test } from "node:test";
import type { Client } from "ssh2";
import { execute } from "../../../providers/transport/exec.ts";

/** A host on which every program ends at once, with this complaint and this status. */
function ending(complaint: string, status: number): Client {
  const exec = (_command: string, opened: (error: undefined, stream: Duplex) => void) => {
    const silent = new Duplex({ read: () => {}, write: (_chunk, _encoding, done) => done() });
    const stream = Object.assign(silent, { stderr: new EventEmitter() });
    opened(undefined, stream);
    stream.stderr.emit("data", Buffer.from(complaint));
    stream.emit("exit", status);
    stream.emit("close");
  };
  // Of a client, running a program needs no more than this.
  return Object.assign(new EventEmitter(), { exec }) as unknown as Client;
}

describe("a user who is not root", () => {
  const refusals = {
    "sudo: a password is required": 1,
    "sudo: sorry, you must have a tty to run sudo": 1,
    "sh: 1: exec: sudo: not found": 127,
  };
  for (const [complaint, status] of Object.entries(refusals)) {
    test(`is told what to allow: ${complaint}`, async () => {
      await assert.rejects(execute("node3", ending(complaint, status), ":", 5, 5), /NOPASSWD/);
    });
  }

  for (const status of [0, 3, 75]) {
    test(`is let in by a sudo that only warns, however the program ends (${status})`, async () => {
      const warns = ending("sudo: unable to resolve host node3: Name or service not known", status);
      assert.equal((await execute("node3", warns, ":", 5, 5)).status, status);
    });
  }
});
