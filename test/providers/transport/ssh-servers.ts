import { writeFileSync } from "node:fs";
import { type AddressInfo, connect, type Socket } from "node:net";
import { join } from "node:path";
import ssh2, { type Connection } from "ssh2";
import { drawKeyPair } from "../../../operations/verify/key.ts";

/** An SSH server of this process, for what a connection is and not for what runs on it. */
export interface SshServer {
  readonly port: number;
  /** How many connections it has ever had. */
  seen: number;
  /** Those that it has now. */
  readonly open: Set<Connection>;
  /** What it was told to run; it runs nothing, and says that all went well. */
  readonly ran: string[];
  readonly knownHosts: string;
  close(): void;
}

/** Draws a key for the clients into a folder, and gives the file. */
export function keyIn(folder: string): string {
  const file = join(folder, "id_ed25519");
  writeFileSync(file, drawKeyPair().private, { mode: 0o600 });
  return file;
}

/** One that lets everybody in who has a key, and forwards; what it is told to run it only notes. */
export function serve(): Promise<SshServer> {
  const key = drawKeyPair();
  const open = new Set<Connection>();
  const server = new ssh2.Server({ hostKeys: [key.private] }, (client) => {
    self.seen += 1;
    open.add(client);
    client.on("close", () => open.delete(client));
    client.on("error", () => {});
    client.on("authentication", (way) =>
      way.method === "publickey" ? way.accept() : way.reject(["publickey"]),
    );
    client.on("session", (accept) => {
      accept().on("exec", (acceptIt, _reject, { command }) => {
        self.ran.push(command);
        const stream = acceptIt();
        stream.exit(0);
        stream.end();
      });
    });
    client.on("request", (_accept, reject) => reject?.());
    client.on("tcpip", (accept, reject, { destIP, destPort }) => {
      const socket: Socket = connect(destPort, destIP);
      socket.once("error", () => reject());
      socket.once("connect", () => {
        const channel = accept();
        channel.pipe(socket).pipe(channel);
        channel.on("close", () => socket.destroy());
        socket.on("error", () => channel.close());
      });
    });
  });
  const self = {
    port: 0,
    seen: 0,
    open,
    ran: [] as string[],
    knownHosts: "",
    close: () => server.close(),
  };
  return new Promise((done) => {
    server.listen(0, "127.0.0.1", () => {
      self.port = (server.address() as AddressInfo).port;
      const [type, public_] = key.public.split(" ");
      self.knownHosts = `[127.0.0.1]:${self.port} ${type} ${public_}\n`;
      done(self);
    });
  });
}
