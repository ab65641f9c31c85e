import type { Duplex } from "node:stream";
import type { Client } from "ssh2";
import { HostUnreachable, Unseen } from "../errors.ts";

// SSH's own numbers for a channel that was not opened.
const prohibited = 1;
const connectFailed = 2;

/** Opens a channel from a host to an address as the host sees it. Such channels are not sessions, of which sshd allows ten. */
export function forwarded(
  host: string,
  client: Client,
  address: string,
  port: number,
): Promise<Duplex> {
  return new Promise((done, fail) => {
    client.forwardOut("127.0.0.1", 0, address, port, (error, channel) => {
      if (!error) return done(channel);
      // The client passes on why the server did not open it; its types do not say so.
      const { reason } = error as { reason?: number };
      const where = `${address} port ${port}`;
      if (reason === connectFailed) {
        return fail(new Unseen(`nobody answers on ${host} at ${where} (${error.message})`));
      }
      const next =
        reason === prohibited
          ? `allow it in that host's sshd_config: AllowTcpForwarding yes (or local), PermitOpen any`
          : "run the same command again.";
      fail(new HostUnreachable(host, `no channel to ${where}: ${error.message}`, next));
    });
  });
}
