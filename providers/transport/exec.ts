import type { Client } from "ssh2";
import { HostUnreachable } from "../errors.ts";
import type { Outcome } from "./connection.ts";

/**
 * What a host is told to run; the program itself comes on standard input and is read to its end
 * before its first line runs, so no part of it stands in an argv, and half of it never runs. A
 * program that arrived whole ends with the mark. Whoever is not root goes through a sudo that may
 * not ask.
 */
function commandLine(seconds: number): string {
  const inner = `p=$(cat); case $p in *"#end") ;; *) echo "the program arrived cut off" >&2; exit 74;; esac; LC_ALL=C; PATH=/usr/sbin:/usr/bin:/sbin:/bin; export LC_ALL PATH; umask 022; eval "$p"`;
  const run = `timeout -k 10 ${seconds} sh -c '${inner}'`;
  return `exec sh -c ${quoted(`if [ "$(id -u)" = 0 ]; then exec ${run}; else exec sudo -n ${run}; fi`)}`;
}

function quoted(text: string): string {
  return `'${text.replaceAll("'", `'\\''`)}'`;
}

/**
 * Runs a program on a connection's own channel.
 * @throws HostUnreachable when the connection breaks, the host stays silent past the deadline, or its
 * user can't become root.
 */
export async function execute(
  host: string,
  client: Client,
  program: string,
  seconds: number,
  patience: number,
  listen?: (more: string) => void,
): Promise<Outcome> {
  const outcome = await channel(host, client, program, seconds, patience, listen);
  // Where there is no sudo at all, it is the shell that says so. A sudo that only warns lets us in.
  const refused = outcome.status === 1 || outcome.status === 127;
  if (refused && /^sudo: |\bsudo: .*not found/m.test(outcome.stderr) && outcome.stdout === "") {
    const next = `log in as root, or allow it without a password (/etc/sudoers.d): <user> ALL=(ALL) NOPASSWD: ALL`;
    const said = outcome.stderr.trim().split("\n")[0] ?? "";
    throw new HostUnreachable(
      host,
      `its user is not root, and sudo does not let it in (${said})`,
      next,
    );
  }
  return outcome;
}

function channel(
  host: string,
  client: Client,
  program: string,
  seconds: number,
  patience: number,
  listen?: (more: string) => void,
): Promise<Outcome> {
  return new Promise((done, fail) => {
    const lost = () => fail(broken(host, "the connection broke while a script was running"));
    // The host's own timeout ends the script; this one is for a host that went silent.
    const deadline = setTimeout(() => {
      client.destroy();
      fail(broken(host, `no answer within ${patience} s`));
    }, patience * 1000);
    client.once("close", lost);
    const finish = (settle: () => void) => {
      clearTimeout(deadline);
      client.removeListener("close", lost);
      settle();
    };
    client.exec(commandLine(seconds), (error, stream) => {
      if (error) return finish(() => fail(broken(host, error.message)));
      let stdout = "";
      const err: Buffer[] = [];
      let status: number | undefined;
      // A letter may come in two parts.
      stream.setEncoding("utf8");
      stream.on("data", (more: string) => {
        stdout += more;
        listen?.(more);
      });
      stream.stderr.on("data", (chunk: Buffer) => err.push(chunk));
      stream.on("exit", (code: number | null) => {
        status = code ?? undefined;
      });
      stream.on("close", () => {
        const stderr = Buffer.concat(err).toString("utf8");
        finish(() => done({ stdout, stderr, status }));
      });
      stream.end(`${program}\n#end`);
    });
  });
}

function broken(host: string, reason: string): HostUnreachable {
  const next =
    "run the same command again: it probes before it writes, and goes on where this run stopped.";
  return new HostUnreachable(host, reason, next);
}
