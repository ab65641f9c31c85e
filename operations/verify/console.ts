import { connect, rootCertificates } from "node:tls";
import { WebSocket } from "ws";
import { selectProfile } from "../../profiles/profile.ts";
import { sh } from "../../providers/sh.ts";
import { typeAt } from "./screen.ts";
import type { Found, Guests } from "./steps.ts";
import { NotSo, type Ways } from "./ways.ts";

/** Types at a guest's screen at the address outside, where a browser is sent by the dashboard. */
export async function consoleShows({ ways, first }: Guests): Promise<Found> {
  const answer = await ways.member.send(
    "ask for a console",
    "POST",
    "compute",
    `/v2.1/servers/${first.id}/remote-consoles`,
    { remote_console: { protocol: "vnc", type: "novnc" } },
  );
  const page = new URL((answer.remote_console as { url: string }).url);
  if (!page.href.startsWith(`${ways.dashboard}/`)) {
    throw new NotSo(`a console is at ${page.origin}, not at ${ways.dashboard}`);
  }
  const socket = await opened(ways, page);
  try {
    const { letters, width, height } = await typeAt(socket, "quintet\n");
    if (letters >= 5) return `${letters} letters changed on ${width}x${height}`;
    throw new NotSo(`typed at the console of ${first.name}, and ${letters} letters changed`);
  } finally {
    socket.terminate();
  }
}

/**
 * The WebSocket that the page would open: at where its own address and the path in its query lead. By the
 * gateway's address outside, whatever way there is to the page from here.
 */
async function opened(ways: Ways, page: URL): Promise<WebSocket> {
  const { gateway, profile, dashboard } = ways.site;
  const { certificate, publicSide } = selectProfile(profile).dashboard;
  const [ca, stream] = await Promise.all([
    ways.on(gateway.name, sh`cat ${certificate.path}`),
    ways.dial(gateway.name, dashboard?.address ?? "", publicSide.port),
  ]);
  const to = new URL(page.searchParams.get("path") ?? "", page);
  to.protocol = "wss:";
  const socket = new WebSocket(to, ["binary"], {
    // Nova compares who asks with whom is asked.
    origin: page.origin,
    handshakeTimeout: 30_000,
    // The certificate that the dashboard shows is trusted for this alone.
    createConnection: () =>
      connect({ socket: stream, servername: page.hostname, ca: [...rootCertificates, ca] }),
  });
  await new Promise<void>((done, fail) => {
    socket.once("open", () => {
      // What the screen says first waits until somebody listens.
      socket.pause();
      done();
    });
    socket.once("error", ({ message }) => {
      // The address without the token, which lets in whoever has it.
      fail(new NotSo(`no console at ${to.origin}${to.pathname}: ${message}`));
    });
  });
  return socket;
}
