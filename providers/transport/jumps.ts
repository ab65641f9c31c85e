import type { Client } from "ssh2";
import type { Road } from "./ssh-config.ts";

/** A jump's connection, until it is given back. */
export interface Loan {
  readonly client: Client;
  readonly giveBack: () => void;
}

interface Jump {
  readonly opening: Promise<Client>;
  borrowers: number;
}

/**
 * The connections to jumps: one for all hosts behind it, ended when the last of theirs is. A jump that
 * is a promise's host as well has another one for that, since it may have to be dropped alone.
 */
export class Jumps {
  readonly #open: (road: Road) => Promise<Client>;
  readonly #jumps = new Map<string, Jump>();

  constructor(open: (road: Road) => Promise<Client>) {
    this.#open = open;
  }

  async borrow(road: Road): Promise<Loan> {
    const way = wayOf(road);
    const jump = this.#jumps.get(way) ?? this.#begin(way, road);
    jump.borrowers += 1;
    const client = await jump.opening;
    let given = false;
    const giveBack = () => {
      if (given) return;
      given = true;
      jump.borrowers -= 1;
      if (jump.borrowers > 0) return;
      this.#forget(way, jump);
      client.end();
    };
    return { client, giveBack };
  }

  #begin(way: string, road: Road): Jump {
    const jump: Jump = { opening: this.#open(road), borrowers: 0 };
    this.#jumps.set(way, jump);
    const forget = () => this.#forget(way, jump);
    jump.opening.then((client) => client.once("close", forget).on("error", forget), forget);
    return jump;
  }

  #forget(way: string, jump: Jump): void {
    if (this.#jumps.get(way) === jump) this.#jumps.delete(way);
  }
}

/** The same name can be reached in two ways: through another jump, or by another config. */
function wayOf(road: Road): string {
  return `${road.jump ? wayOf(road.jump) : road.configFile} ${road.name}`;
}
