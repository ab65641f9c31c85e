import assert from "node:assert/strict";
import { after, describe, test } from "node:test";
import fc from "fast-check";
import struct from "google-protobuf/google/protobuf/struct_pb.js";
import type { CloudState } from "../providers/cloud/contract.ts";
import { CloudGround } from "../providers/cloud/ground.ts";
import type { HostState } from "../providers/contract.ts";
import { DidNotConverge } from "../providers/errors.ts";
import type { Ground } from "../providers/ground.ts";
import { HostGround } from "../providers/host-ground.ts";
import { managed, type Props, secretsOf, wantedWord } from "../providers/layout.ts";
import { Lifecycle } from "../providers/lifecycle.ts";
import { cloudRegistry } from "../providers/registry.ts";
import { type Script, sh } from "../providers/sh.ts";
import { pick } from "../providers/values.ts";
import { cutOffAfter, lying, type Place, unaskable, type Ways } from "./places.ts";

export type Law =
  | "probing changes nothing"
  | "what holds needs no change"
  | "after create and update, nothing is left to do"
  | "create, update, delete puts the host back"
  | "a create cut off anywhere, then create, then delete puts the host back"
  | "what others own survives"
  | "what is stored survives the wire"
  | "unknowns pass without asking the host"
  | "a script that lies is reported"
  | "every want round-trips through parse";

/** What the laws need to know of one kind: where to try it, and with what. */
export interface Fixture<Key, Value extends object> {
  readonly state: HostState<Key, Value> | CloudState<Key, Value>;
  /**
   * "folder" runs on this machine in a temporary folder; "host" on a host of the testbed, and so does
   * "cloud", with `npm run test:cloud` alone, because it takes long to bring there what it needs.
   */
  readonly place: "folder" | "host" | "cloud";
  /** The testbed host; compute2 when left out. */
  readonly host?: string;
  key(folder: string): Key;
  /** The first is created, the second is what it is updated to. In canonical form. */
  wants(folder: string): readonly [Value, Value];
  /** What the host may be like before: a name, and the script that makes it so. */
  befores(folder: string): Readonly<Record<string, Script>>;
  /** Prints everything that this kind might touch: the same before and after means put back. */
  picture(folder: string): Script;
  /** Something that others own in the same place: made while the promise stands; `see` prints it. */
  others?(folder: string): { readonly make: Script; readonly see: Script };
  /** Managed keys that travel as secrets. */
  readonly secrets?: readonly string[];
  /** Wishes for the property tests. */
  readonly values?: fc.Arbitrary<Value>;
  /** Runs on the place once, before everything (bring packages, modules). */
  prepare?(folder: string): Script;
  /** Runs after each test, to leave the place empty. */
  cleanUp?(folder: string): Script;
  /** Runs once after everything: takes away what `prepare` has made that other tests would see. */
  takeAway?(folder: string): Script;
  /** Laws that cannot hold here, each with the reason. */
  readonly except?: Readonly<Partial<Record<Law, string>>>;
}

const nobodyDown = { down: new Set<string>(), abandoned: new Set<string>() };

/** Declares the laws of one kind as tests. */
export function laws<Key extends object, Value extends object>(
  fixture: Fixture<Key, Value>,
  openPlace: () => Place,
): void {
  const { state } = fixture;
  describe(`the laws for ${state.kind}`, () => {
    let place: Place | undefined;
    let prepared: Promise<unknown> | undefined;
    after(async () => {
      try {
        if (place && fixture.takeAway) await place.run(fixture.takeAway(place.folder));
      } finally {
        await place?.end();
      }
    });

    const law = (
      name: Law,
      check: (run: Run<Key, Value>) => Promise<void>,
      once: "once" | "each" = "each",
    ) => {
      const reason = fixture.except?.[name];
      if (reason !== undefined)
        return test(`${name} (not here: ${reason})`, { skip: true }, () => {});
      return test(name, async (t) => {
        place ??= openPlace();
        const here = place;
        const { folder } = here;
        prepared ??= here.run(sh`mkdir -p ${folder}
${fixture.prepare?.(folder) ?? sh``}`);
        await prepared;
        const befores = Object.entries(fixture.befores(folder)).slice(0, once === "once" ? 1 : 99);
        for (const [before, script] of befores) {
          await t.test(before, async () => {
            await here.run(script);
            try {
              await check(new Run(fixture, here));
            } finally {
              await here.run(
                fixture.cleanUp?.(folder) ?? sh`rm -rf ${folder} && mkdir -p ${folder}`,
              );
            }
          });
        }
      });
    };

    law("probing changes nothing", async (run) => {
      await run.leavesThePicture(async () => {
        await run.probe();
      });
      const { outs } = await run.on().create(run.first);
      await run.leavesThePicture(async () => {
        await run.on().read("id", outs);
      });
    });

    law(
      "what holds needs no change",
      async (run) => {
        for (const want of run.wants) assert.deepEqual(state.converge(run.key, want, want), []);
        if (!fixture.values) return;
        const holds = (want: Value) => state.converge(run.key, want, want).length === 0;
        fc.assert(
          fc.property(
            fixture.values.map((wish) => state.value.parse(wish)),
            holds,
          ),
        );
      },
      "once",
    );

    law("after create and update, nothing is left to do", async (run) => {
      const { outs } = await run.on().create(run.first);
      await run.nothingLeft(outs, run.first);
      const updated = await run.on().update(outs, run.second);
      await run.nothingLeft(updated.outs, run.second);
      // Whatever the second had more has left the declaration now.
      const again = await run.on().update(updated.outs, run.first);
      await run.nothingLeft(again.outs, run.first);
    });

    law("create, update, delete puts the host back", async (run) => {
      await run.leavesThePicture(async () => {
        const { outs } = await run.on().create(run.first);
        const updated = await run.on().update(outs, run.second);
        await run.on().delete(updated.outs);
      });
    });

    law("a create cut off anywhere, then create, then delete puts the host back", async (run) => {
      const steps = (await run.stepsOfCreate()) + 1;
      const before = await run.picture();
      for (let count = 0; count <= steps; count += 1) {
        // A unit that was put back runs on its files, and needs a step less the next time.
        if (count > (await run.stepsOfCreate()) + 1) break;
        const cut = run.on(cutOffAfter(run.ways, count));
        await assert.rejects(cut.create(run.first), /cut off/).catch((error: unknown) => {
          // Nothing had to be written, so nothing was cut off.
          if (steps > 1) throw error;
        });
        const { outs } = await run.on().create(run.first);
        await run.on().delete(outs);
        assert.equal(await run.picture(), before, `after a create cut off at step ${count}`);
      }
    });

    law("what others own survives", async (run) => {
      const others = fixture.others?.(run.folder);
      assert.ok(others, "the fixture says what others own, or why there is nothing");
      const { outs } = await run.on().create(run.first);
      await run.run(others.make);
      const seen = await run.run(others.see);
      assert.notEqual(seen.trim(), "");
      const updated = await run.on().update(outs, run.second);
      assert.equal(await run.run(others.see), seen);
      await run.on().delete(updated.outs);
      assert.equal(await run.run(others.see), seen);
    });

    law(
      "what is stored survives the wire",
      async (run) => {
        const { outs } = await run.on().create(run.first);
        const read = await run.on().read("id", outs);
        for (const stored of [outs, read.props, read.inputs ?? {}]) {
          // The wire takes plain values; its types do not know ours.
          const sent = struct.Struct.fromJavaScript(
            stored as Record<string, struct.JavaScriptValue>,
          );
          assert.deepEqual(sent.toJavaScript(), stored);
        }
      },
      "once",
    );

    law(
      "unknowns pass without asking the host",
      async (run) => {
        const key = Object.keys(managed(run.first))[0] ?? "";
        const unknown = { ...run.first, [key]: "04da6b54-80e4-46f7-96ec-b56ff0331ba9" };
        const blind = run.on(unaskable);
        assert.deepEqual(blind.check(unknown).failures, []);
        const { outs } = await run.on().create(run.first);
        assert.equal(blind.diff(outs, unknown).changes, true);
      },
      "once",
    );

    law("a script that lies is reported", async (run) => {
      if ((await run.stepsOfCreate()) === 0) return;
      await assert.rejects(run.on(lying(run.ways, sh`:`)).create(run.first), DidNotConverge);
    });

    law("every want round-trips through parse", async (run) => {
      for (const [news, want] of [
        [run.first, run.wants[0]],
        [run.second, run.wants[1]],
      ] as const) {
        await run.on().create(news);
        const live = await run.probe(want);
        assert.deepEqual(live && (state.own?.(want, live) ?? live), want);
      }
    });
  });
}

/** One try of one law. */
class Run<Key extends object, Value extends object> {
  readonly #fixture: Fixture<Key, Value>;
  readonly #place: Place;
  readonly key: Key;
  readonly wants: readonly [Value, Value];

  constructor(fixture: Fixture<Key, Value>, place: Place) {
    this.#fixture = fixture;
    this.#place = place;
    this.key = fixture.state.key.parse(fixture.key(place.folder));
    const [first, second] = fixture.wants(place.folder);
    this.wants = [fixture.state.value.parse(first), fixture.state.value.parse(second)];
  }

  get ways(): Ways {
    return this.#place;
  }
  get folder(): string {
    return this.#place.folder;
  }
  get first(): Props {
    return this.#props(this.wants[0]);
  }
  get second(): Props {
    return this.#props(this.wants[1]);
  }

  on(ways: Ways = this.ways): Lifecycle {
    return new Lifecycle(this.#ground(ways), nobodyDown);
  }

  run(script: Script): Promise<string> {
    return this.#place.run(script);
  }

  async probe(declared?: Value): Promise<Value | undefined> {
    const { at, ...props } = this.#props(declared ?? this.wants[0]);
    const wish = declared && ({ ...declared } as Record<string, unknown>);
    const secrets = secretsOf({ at, ...props });
    // No record has this name; it is the live value alone that counts.
    const { live } = await this.#ground(this.ways).look(at, "/none", wish, secrets);
    // What a kind's parse gives is its Value; a ground serves kinds of any.
    return live as Value | undefined;
  }

  async stepsOfCreate(): Promise<number> {
    const { state } = this.#fixture;
    const want = this.wants[0];
    const live = await this.probe(want);
    return state.converge(this.key, want, live && (state.own?.(want, live) ?? live)).length;
  }

  async leavesThePicture(deed: () => Promise<void>): Promise<void> {
    const before = await this.picture();
    await deed();
    assert.equal(await this.picture(), before);
  }

  picture(): Promise<string> {
    return this.run(this.#fixture.picture(this.folder));
  }

  async nothingLeft(outs: Props, news: Props): Promise<void> {
    const read = await this.on().read("id", outs);
    assert.equal(
      this.on().diff(outs, news).changes,
      false,
      "by what create or update has returned",
    );
    assert.equal(this.on().diff(read.props, news).changes, false, "by what read has seen");
  }

  #props(value: Value): Props {
    // A key is an object; its type does not say that it can be looked through by name.
    const key = { ...this.key } as Record<string, unknown>;
    const at = { host: this.#place.host, key, claim: "laws", stack: "laws" };
    const names = this.#fixture.secrets ?? [];
    const secrets = Object.entries(pick(value, names)).map(([name, secret]) => [
      name,
      { value: String(secret) },
    ]);
    return {
      ...(value as Record<string, unknown>),
      ...Object.fromEntries(secrets.map(([name]) => [name, wantedWord({})])),
      ...(secrets.length > 0 && { secrets: Object.fromEntries(secrets) }),
      at,
    };
  }

  #ground({ hosts, api }: Ways): Ground {
    const { state } = this.#fixture;
    return isOfACloud(state) ? new CloudGround(state, hosts, api) : new HostGround(state, hosts);
  }
}

function isOfACloud<Key, Value extends object>(
  state: HostState<Key, Value> | CloudState<Key, Value>,
): state is CloudState<Key, Value> {
  return cloudRegistry.some((one) => one.kind === state.kind);
}
