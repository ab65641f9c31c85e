import { ScriptFailed } from "../errors.ts";
import { sh } from "../sh.ts";
import type { SshHosts } from "../transport/hosts.ts";
import { type Memory, SshApi } from "./api.ts";
import type { Logins } from "./logins.ts";

/** The APIs as the controller reaches them, over the connections that there are. */
export function apiThrough(hosts: SshHosts, memory?: Memory, logins?: Logins): SshApi {
  const dial = (host: string, address: string, port: number) => hosts.dial(host, address, port);
  const readFile = async (host: string, path: string) => {
    const script = sh`if [ -e ${path} ]; then echo there; cat ${path}; else echo absent; fi`;
    const [answer] = await hosts.ask(host, [{ text: script.text, seconds: 20 }]);
    if (answer?.status !== 0) throw new ScriptFailed(`${path} cannot be read: ${answer?.stderr}`);
    return answer.stdout.startsWith("there\n") ? answer.stdout.slice("there\n".length) : undefined;
  };
  return new SshApi(dial, readFile, "admin", memory, logins);
}
