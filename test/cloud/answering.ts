// Which of these ports take a connection: prints them, one a line.
//     answering.ts ADDRESS PORT...
import { connect } from "node:net";

const [host = "", ...ports] = process.argv.slice(2);

const answers = (port: number) =>
  new Promise<boolean>((done) => {
    const socket = connect({ host, port, timeout: 2000 });
    const end = (answered: boolean) => {
      socket.destroy();
      done(answered);
    };
    socket.once("connect", () => end(true));
    socket.once("timeout", () => end(false));
    socket.once("error", () => end(false));
  });

const seen = await Promise.all(ports.map(async (port) => [port, await answers(Number(port))]));
for (const [port, answered] of seen) if (answered) console.log(port);
