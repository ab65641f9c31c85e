import assert from "node:assert/strict";
import { before, test } from "node:test";
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
  folder(name: string, ...behind: pulumi.Resource[]): Directory {
    const value = { owner: "root", group: "root", mode: "0755" };
    return new Directory(
      name,
      { host: "h", key: { path: `/${name}` }, value },
      this.after(...behind),
    );
  }
}

const kept = (...dependsOn: pulumi.Resource[]) => nearestOnly({ dependsOn }).dependsOn;

test("of what a resource follows, what others of it follow already is not named again", () => {
  const first = new Folders("Folders", "first", {});
  const one = first.folder("one");
  const two = first.folder("two", one);
  const other = first.folder("other");
  assert.deepEqual(kept(one, two), [two]);
  assert.deepEqual(kept(first), [two, other], "a component is all that is in it");

  const second = new Folders("Folders", "second", { dependsOn: [first] });
  const last = second.folder("last");
  assert.deepEqual(kept(first, last), [last]);
  assert.deepEqual(kept(second, one, other), [last]);
  const next = second.folder("next", last);
  assert.deepEqual(kept(one, next, two), [next], "down to the last");

  const around = new Folders("Folders", "around", {});
  const inner = new Folders("Folders", "inner", { parent: around });
  assert.deepEqual(kept(around), [inner], "nothing is in it yet");
  const within = inner.folder("within");
  assert.deepEqual(kept(around, one), [within, one]);
});

test("what is still to come is left to the SDK", () => {
  const later = { dependsOn: Promise.resolve([]) };
  assert.equal(nearestOnly(later), later);
});
