import { createHmac } from "node:crypto";
import { readFileSync } from "node:fs";
import { z } from "zod";
import { askingTogether, rowsIn, word } from "../mariadb/command.ts";
import type { Answer, Question } from "../transport/frames.ts";
import type { Hosts } from "../transport/hosts.ts";
import { keep } from "../transport/kept.ts";
import type { Login } from "./contract.ts";

type Account = Pick<Login["login"], "user" | "domain">;

// Keystone's own tables (2025.1), while it has them. Of a password that will end it is not told when it has.
const held = ({ user, domain }: Account) => `SET @ask = (SELECT IF(COUNT(*), "
SELECT SHA2(CONCAT_WS('|', user.id, user.enabled, domain.enabled, local_user.failed_auth_count, password.id,
  password.password_hash), 256)
FROM keystone.local_user JOIN keystone.user ON user.id = local_user.user_id
JOIN keystone.project AS domain ON domain.id = local_user.domain_id
JOIN keystone.password ON password.local_user_id = local_user.id
WHERE local_user.name = ${word(user)} AND local_user.domain_id = ${word(domain)} AND password.expires_at IS NULL
ORDER BY password.created_at_int DESC LIMIT 1", "DO 0")
FROM information_schema.tables WHERE table_schema = 'keystone' AND table_name = 'password');
EXECUTE IMMEDIATE @ask;`;
const { shared, probe } = askingTogether(
  ({ user, domain }: Account) => `login ${user}@${domain}`,
  held,
);

const proofs = z.record(z.string(), z.record(z.string(), z.string()));

/**
 * Log-ins that have succeeded once: to try a password costs Keystone a tenth of a second each, on purpose.
 * What it holds of an account (its hash, failed log-ins, whether it and its domain are enabled) is looked
 * up in its database, and while that stays the same, so does what the password is worth. Kept is neither of them, but a digest of
 * both together. Where anything of this cannot be had, the password is tried.
 */
export class Logins {
  readonly #hosts: Pick<Hosts, "probe" | "ask">;
  readonly #file: string;
  #known: z.infer<typeof proofs> | undefined;

  /** @param file where it is written down, for this user alone */
  constructor(hosts: Pick<Hosts, "probe" | "ask">, file: string) {
    this.#hosts = hosts;
    this.#file = file;
  }

  /** Does this password let in? Tried only if it was not before, or if Keystone holds another one now. */
  async holds(
    host: string,
    login: Login["login"],
    attempt: () => Promise<boolean>,
  ): Promise<boolean> {
    const question = questionOf(login);
    if (!question) return attempt();
    const seen = stampIn(await this.#hosts.probe(host, question).catch(() => undefined));
    const name = `${login.user}@${login.domain}`;
    if (seen && this.#proofs()[host]?.[name] === proofOf(seen, login)) return true;
    if (!(await attempt())) return false;
    // It is what was held before and is held still. Where that changed meanwhile, nobody knows which of
    // them let in: the next one tries it.
    const [answer] = await this.#hosts.ask(host, [question]).catch(() => []);
    if (seen && stampIn(answer) === seen) this.#note(host, name, proofOf(seen, login));
    return true;
  }

  #proofs(): z.infer<typeof proofs> {
    if (this.#known) return this.#known;
    try {
      this.#known = proofs.parse(JSON.parse(readFileSync(this.#file, "utf8")));
    } catch {
      // Not there, or of another form: every password is tried once.
      this.#known = {};
    }
    return this.#known;
  }

  #note(host: string, name: string, proof: string): void {
    const known = this.#proofs();
    known[host] = { ...known[host], [name]: proof };
    keep(this.#file, JSON.stringify(known));
  }
}

/** Of names that a query can hold as they are; others are tried each time. */
function questionOf(login: Account): Question | undefined {
  const { user, domain } = login;
  if (!/^[\w.-]+$/.test(user) || !/^[\w-]+$/.test(domain)) return undefined;
  const text = probe(login).text;
  return { text, seconds: 20, shared: { text: shared.look.text, word: shared.word(login) } };
}

/** Nothing where the database does not answer, or knows no such account. */
function stampIn(answer: Answer | undefined): string | undefined {
  if (answer?.status !== 0) return undefined;
  try {
    return rowsIn(answer.stdout)[0];
  } catch {
    return undefined;
  }
}

function proofOf(stamp: string, { password }: Login["login"]): string {
  return createHmac("sha256", stamp).update(password.reveal()).digest("base64url");
}
