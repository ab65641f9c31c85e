import { connect } from "node:net";

const everyMilliseconds = 1000;
const watched = { engine: false, languageHost: false };

/** Of a provider process the address of the engine that has started it, which is its own argument. */
export function engineAddress(): string | undefined {
  const [, script, address] = process.argv;
  return script?.includes("dynamic-provider") ? address : undefined;
}

/**
 * Ends this process soon after its engine is gone. A killed CLI leaves its provider processes
 * behind, which would go on writing to hosts and then stay for ever. An address where nobody
 * listens any more is an engine that has ended.
 */
export function endWithTheEngine(): void {
  const found = /^(.*):(\d+)$/.exec(engineAddress() ?? "");
  if (watched.engine || !found) return;
  watched.engine = true;
  const [, host = "", port = ""] = found;
  const look = () => {
    const socket = connect({ host, port: Number(port), timeout: 5000 });
    socket.once("connect", () => {
      socket.destroy();
      setTimeout(look, everyMilliseconds).unref();
    });
    socket.once("error", () => process.exit(70));
  };
  look();
}

/**
 * Ends the program soon after its language host is gone: the SDK takes a lost engine for one that is
 * shutting down, and waits for ever.
 */
export function endWithTheLanguageHost(): void {
  if (watched.languageHost) return;
  watched.languageHost = true;
  const parent = process.ppid;
  setInterval(() => {
    if (process.ppid !== parent) process.exit(70);
  }, everyMilliseconds).unref();
}
