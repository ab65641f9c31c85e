import { Unseen } from "../errors.ts";
import { type Script, Secret, sh } from "../sh.ts";

// `rabbitmqctl` starts a virtual machine and takes most of a second, this takes 20 ms; it reads what to
// evaluate from standard input, and the node's cookie from the daemon's own folder.
// What it says, in `$said`. A connection that does not come about has evaluated nothing, and was seen once
// while the daemon ran and answered another one.
const evaluated = (text: string | Secret): Script => sh`
evaluate() { printf '%s\\n' ${text} | HOME=/var/lib/rabbitmq erl_call -sname rabbit -e; }
said=$(evaluate 2>&1)
case $said in *'failed to connect'*) sleep 1; said=$(evaluate 2>&1) ;; esac`;

/** Prints what an Erlang expression gives, as JSON in hexadecimal digits; or what was said instead. */
export function asking(expression: string): Script {
  const coded = `binary_to_list(binary:encode_hex(iolist_to_binary(rabbit_json:encode(${expression})))).`;
  return sh`${evaluated(coded)}
printf '%s\\n' "$said"`;
}

/** @throws Unseen when the node did not answer: it is not there yet, it is stopped, it is starting. */
export function answerIn(stdout: string): unknown {
  const digits = /^\{ok, "([0-9A-F]+)"\}$/.exec(stdout.trim())?.[1];
  if (digits === undefined) throw new Unseen(`RabbitMQ does not answer: ${stdout.trim()}`);
  return JSON.parse(Buffer.from(digits, "hex").toString("utf8"));
}

/** Evaluates expressions that give `ok`, up to the first that does not. */
export function running(...expressions: readonly string[]): Script {
  const each = expressions.map((one) => `ok = ${one}`).join(", ");
  const told = `try ${each} catch _:Why -> lists:flatten(io_lib:format("~0p", [Why])) end.`;
  return sh`${evaluated(new Secret(told))}
[ "$said" = '{ok, ok}' ] || { printf '%s\n' "$said" >&2; exit 1; }`;
}

/** A text as an Erlang binary, whatever is in it. */
export function binary(text: string): string {
  return `base64:decode(<<"${Buffer.from(text).toString("base64")}">>)`;
}
