import { type Script, sh } from "../../providers/sh.ts";
import type { Ways } from "./ways.ts";

const folder = "/run/quintet-verify";

/** A program that goes on at a host until it is ended, or what began it is left by another way. */
interface Going<Said> extends AsyncDisposable {
  end(): Promise<Said>;
}

/** Starts a program on a host that goes on by itself, and writes what it prints to a file. */
async function begin(
  ways: Ways,
  host: string,
  name: string,
  program: Script,
): Promise<Going<string>> {
  await ways.on(
    host,
    sh`mkdir -p -m 700 ${folder} && cd ${folder} || exit
setsid sh -c ${program.text} </dev/null >${`${name}.out`} 2>&1 3>&- 4>&- &
echo $! >${`${name}.pid`}`,
  );
  let ended = false;
  const end = () => {
    ended = true;
    return finish(ways, host, name);
  };
  return {
    end,
    async [Symbol.asyncDispose]() {
      // Left early means that something has failed already, and that is what has to be told.
      if (!ended) await end().catch(() => undefined);
    },
  };
}

/** Ends it and gives all that it has printed. */
function finish(ways: Ways, host: string, name: string): Promise<string> {
  return ways.on(
    host,
    sh`cd ${folder} || exit
kill -INT -- -"$(cat ${`${name}.pid`})" 2>/dev/null
for i in $(seq 20); do kill -0 -- -"$(cat ${`${name}.pid`})" 2>/dev/null || break; sleep 0.1; done
cat ${`${name}.out`}; rm -f ${`${name}.out`} ${`${name}.pid`}; rmdir ${folder} 2>/dev/null || true`,
  );
}

/**
 * Answers to a ping that goes on, from the gateway, ten times a second, so that a gap of 0.2 s can be seen.
 * At its end: the longest time without an answer, in seconds, and how many there were.
 */
export async function pinging(
  ways: Ways,
  address: string,
): Promise<Going<{ gap: number; answers: number }>> {
  const program = sh`exec timeout -s INT 900 ping -D -i 0.1 ${address}`;
  const going = await begin(ways, ways.site.gateway.name, `ping-${address}`, program);
  return { ...going, end: async () => longestGap(await going.end()) };
}

/** In what `ping -D` prints: "[1700000000.123456] 64 bytes from ..." */
export function longestGap(printed: string): { gap: number; answers: number } {
  const times = [...printed.matchAll(/^\[(\d+\.\d+)\] \d+ bytes from/gm)].map(([, time]) =>
    Number(time),
  );
  const gaps = times.slice(1).map((time, index) => time - (times[index] ?? time));
  return {
    gap: times.length < 2 ? Number.POSITIVE_INFINITY : Math.max(...gaps),
    answers: times.length,
  };
}

/**
 * Prints one line a connection that begins: its port, and whether the first bytes are those of TLS
 * (a handshake record, then a ClientHello). Then one for every address that a packet claims to be from.
 */
const listener = `
import signal, socket, struct, sys, time
interface, first, last, seconds = sys.argv[1], int(sys.argv[2]), int(sys.argv[3]), float(sys.argv[4])
signal.signal(signal.SIGINT, lambda *any: sys.exit(0))
wire = socket.socket(socket.AF_PACKET, socket.SOCK_DGRAM, socket.htons(0x0800))
wire.bind((interface, 0))
wire.settimeout(0.5)
seen, sources, end = set(), set(), time.time() + seconds
while time.time() < end:
    try:
        packet = wire.recv(65535)
    except TimeoutError:
        continue
    size, protocol = (packet[0] & 15) * 4, packet[9]
    source = socket.inet_ntoa(packet[12:16])
    if source not in sources:
        sources.add(source)
        print("from", source, flush=True)
    if protocol != 6:
        continue
    here, there = struct.unpack("!HH", packet[size:size + 4])
    words = packet[size + (packet[size + 12] >> 4) * 4:]
    name = (packet[12:20], here, there)
    if not first <= there <= last or not words or name in seen:
        continue
    seen.add(name)
    print("to", there, "tls" if words[0] == 22 and words[5:6] == b"\\x01" else "plain", flush=True)
`;

/** Listens to connections that begin towards these ports on a host, and to whoever sends it anything. */
export function listening(
  ways: Ways,
  host: string,
  bridge: string,
  [first, last]: readonly [number, number] = [0, 0],
): Promise<Going<string>> {
  const program = sh`exec python3 -c ${listener} ${bridge} ${first} ${last} 600`;
  return begin(ways, host, "listen", program);
}
