import type { HostState } from "../../providers/contract.ts";
import { HostGround } from "../../providers/host-ground.ts";
import { managed, type Props } from "../../providers/layout.ts";
import { Lifecycle } from "../../providers/lifecycle.ts";
import type { Hosts } from "../../providers/transport/hosts.ts";

/** One promise on a real host, taken through Pulumi's calls by hand. */
export class Promised<Key extends object, Value extends object> {
  readonly #ground: HostGround;
  readonly #life: Lifecycle;
  readonly #news: Props;
  #olds: Props | undefined;

  constructor(state: HostState<Key, Value>, hosts: Hosts, host: string, key: Key, value: object) {
    this.#ground = new HostGround(state, hosts);
    this.#life = new Lifecycle(this.#ground, { down: new Set(), abandoned: new Set() });
    const wish = state.value.parse(value) as Record<string, unknown>;
    const where = state.key.parse(key) as Record<string, unknown>;
    this.#news = { ...wish, at: { host, key: where, claim: "test", stack: "test" } };
  }

  /** Create, or update to a changed wish. */
  async make(changed: object = {}): Promise<void> {
    const news = { ...this.#news, ...changed };
    const made = this.#olds
      ? await this.#life.update(this.#olds, news)
      : await this.#life.create(news);
    this.#olds = made.outs;
  }

  /** The managed keys that differ from the wish, with what was found. */
  async drift(): Promise<Record<string, unknown>> {
    const { props } = await this.#life.read("id", this.#stored);
    const found = managed(props);
    const wish = Object.entries(managed(this.#news));
    const differing = wish.filter(([key, want]) => String(found[key]) !== String(want));
    if (this.#life.diff(props, this.#news).changes !== differing.length > 0) {
      throw new Error(`the diff and the values do not agree: ${JSON.stringify(found)}`);
    }
    return Object.fromEntries(differing.map(([key]) => [key, found[key] ?? "absent"]));
  }

  /** As `destroy` does, where the stack's file declares these hosts abandoned. */
  async remove(abandoned: readonly string[] = []): Promise<void> {
    const gone = new Set(abandoned);
    await new Lifecycle(this.#ground, { down: gone, abandoned: gone }).delete(this.#stored);
    this.#olds = undefined;
  }

  get #stored(): Props {
    if (!this.#olds) throw new Error("this promise was not made yet");
    return this.#olds;
  }
}
