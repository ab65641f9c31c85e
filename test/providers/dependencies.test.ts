import assert from "node:assert/strict";
import { before, test } from "node:test";
import { local } from "@pulumi/command";
import * as pulumi from "@pulumi/pulumi";
import { Concern } from "../../components/concern.ts";
import { nearestOnly } from "../../providers/dependencies.ts";
import { Directory } from "../../providers/directory.ts";

before(() =>
  pulumi.runtime.setMocks({
    newResource: ({ name, inputs }) => ({ id: name, state: inputs }),
    call: () => ({}),
  }),
);

class Folders extends Concern {
  folder(name: string, host: string, ...behind: pulumi.Resource[]): Directory {
    const value = { owner: "root", group: "root", mode: "0755" };
    const promise = { host, key: { path: `/${name}` }, value };
    return new Directory(name, promise, this.after(...behind));
  }

  command(name: string): local.Command {
    return new local.Command(name, { create: "true" }, this.after());
  }
}

const kept = (...dependsOn: pulumi.Resource[]) => nearestOnly({ dependsOn }, "h").dependsOn;

test("of what a resource follows, what others of it follow already is not named again", () => {
  const first = new Folders("Folders", "first", {});
  const one = first.folder("one", "h");
  const two = first.folder("two", "h", one);
  const other = first.folder("other", "h");
  assert.deepEqual(kept(one, two), [two]);
  assert.deepEqual(kept(first), [two, other], "a component is all that is in it");

  const second = new Folders("Folders", "second", { dependsOn: [first] });
  const last = second.folder("last", "h");
  assert.deepEqual(kept(first, last), [last]);
  assert.deepEqual(kept(second, one, other), [last]);
  const next = second.folder("next", "h", last);
  assert.deepEqual(kept(one, next, two), [next], "down to the last");

  const around = new Folders("Folders", "around", {});
  const inner = new Folders("Folders", "inner", { parent: around });
  assert.deepEqual(kept(inner), [inner], "nothing is in it yet");
  const within = inner.folder("within", "h");
  const command = inner.command("command");
  assert.deepEqual(kept(around, one), [within, command, one]);
});

test("a way over another host, which may stay, replaces none between two of one that may leave", () => {
  const hosts = new Folders("Folders", "hosts", {});
  const mine = hosts.folder("mine", "h");
  const theirs = hosts.folder("theirs", "elsewhere", mine);
  assert.deepEqual(kept(mine, theirs), [mine, theirs]);
  assert.deepEqual(nearestOnly({ dependsOn: [mine, theirs] }, "elsewhere").dependsOn, [theirs]);
});

test("what is still to come is left to the SDK", () => {
  const later = { dependsOn: Promise.resolve([]) };
  assert.equal(nearestOnly(later, "h"), later);
});
