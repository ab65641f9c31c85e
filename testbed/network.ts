import { existsSync } from "node:fs";
import { attempt, run } from "./command.ts";
import { gatewayAlias, type Host, lan, outside } from "./hosts.ts";
import type { Place } from "./place.ts";

/**
 * Lays the network: the operator's namespace holds both switches and the operator's place on the LAN;
 * the internet's namespace lies behind the outer one. Nothing of it is in the machine's own network.
 */
export async function layNetwork(at: Place): Promise<void> {
  const { operatorNamespace: operator, internetNamespace: internet } = at;
  // The internet's address is set last: where it stands, all the rest does.
  const laid = await attempt(["ip", "-n", internet, "-o", "addr", "show", "dev", "eth0"]);
  if (laid.stdout.includes(outside.internet) && existsSync(`/run/netns/${operator}`)) return;
  await removeNetwork(at);
  await run(["ip", "netns", "add", operator]);
  await run(["ip", "netns", "add", internet]);
  await run(
    ["ip", "-n", operator, "-batch", "-"],
    `link set lo up
link add ${lan.bridge} type bridge forward_delay 0
link add ${outside.bridge} type bridge forward_delay 0
link add internet type veth peer name eth0 netns ${internet}
link set internet master ${outside.bridge}
addr add ${lan.operator}/24 dev ${lan.bridge}
link set ${lan.bridge} up
link set ${outside.bridge} up
link set internet up
`,
  );
  await run(["nsenter", `--net=/run/netns/${operator}`, "sh", "-c", operatorSettings]);
  await run(
    ["ip", "-n", internet, "-batch", "-"],
    `link set lo up
link set eth0 up
addr add ${outside.internet}/24 dev eth0
`,
  );
}

// All of it belongs to the namespace and not to the machine. Switches must not filter what they carry, and
// a host that is off is to be told from a slow one in seconds.
const operatorSettings = `
cd /proc/sys/net
for one in bridge/bridge-nf-call-iptables=0 bridge/bridge-nf-call-ip6tables=0 \
  ipv4/ip_forward=0 ipv4/tcp_syn_retries=2 ipv4/neigh/lan/retrans_time_ms=200; do
  [ ! -e "\${one%=*}" ] || echo "\${one#*=}" >"\${one%=*}" || exit 1
done`;

export async function removeNetwork(at: Place): Promise<void> {
  // One `ip` for all of them: a hundred hosts make a hundred namespaces.
  const names = await namespaces(at);
  const batch = names.map((name) => `netns delete ${name}\n`).join("");
  if (batch !== "") await run(["ip", "-batch", "-"], batch);
}

/** The names of this testbed's namespaces that exist. */
export async function namespaces(at: Place): Promise<string[]> {
  const listed = await run(["ip", "netns", "list"]);
  return listed
    .split("\n")
    .map((line) => line.split(" ")[0] ?? "")
    .filter((name) => name.startsWith(`${at.prefix}-`));
}

export function hostNamespace(at: Place, host: Host): string {
  return `${at.prefix}-${host.name}`;
}

/** A cable's end at the switch, in the operator's namespace. */
export function cable(bridge: string, host: string): string {
  return `${bridge}-${host}`;
}

/** What host.sh hands to `ip -batch`: how the host's cables are plugged in, and pulled out again. */
export function plugging(at: Place, host: Host): { in: string; out: string; inside: string } {
  const namespace = hostNamespace(at, host);
  const each = (line: (one: Host["interfaces"][number]) => string) =>
    host.interfaces.map((one) => `${line(one)}\n`).join("");
  const addresses =
    each((one) => `addr add ${one.address}/24 dev ${one.name}\nlink set ${one.name} up`) +
    `route add default via ${host.defaultRoute}\n`;
  return {
    in: each((one) => {
      const end = cable(one.bridge, host.name);
      return `link add ${end} type veth peer name ${one.name} address ${one.mac} netns ${namespace}
link set ${end} master ${one.bridge} up`;
    }),
    out: each((one) => `link delete ${cable(one.bridge, host.name)}`),
    // A whole host brings its interfaces up itself; a light one has nobody to do it.
    inside: `link set lo up\n${host.light ? addresses : ""}`,
  };
}

/** What the operator's /etc/hosts says. */
export function hostsFile(hosts: readonly Host[]): string {
  const named = hosts.map((one) => {
    const alias = one.name === "compute1" ? ` ${gatewayAlias}` : "";
    return `${one.address} ${one.name}${alias}\n`;
  });
  return `127.0.0.1 localhost\n${lan.operator} operator\n${named.join("")}`;
}

/** The command that runs another one at the operator's place, where the hosts' names are known. */
export function atOperator(at: Place, command: readonly string[]): string[] {
  const withNames =
    'mount --bind "$1" /etc/hosts && mount -t sysfs none /sys && shift && exec "$@"';
  return [
    ...["nsenter", `--net=/run/netns/${at.operatorNamespace}`],
    ...["unshare", "--mount", "sh", "-c", withNames, "sh", `${at.folder}/hosts.txt`],
    ...command,
  ];
}

export function atInternet(at: Place, command: readonly string[]): string[] {
  return ["nsenter", `--net=/run/netns/${at.internetNamespace}`, ...command];
}

/** Waits until something answers on each of these ports, asking from the operator's or another place. */
export async function waitForPorts(
  namespace: string,
  ports: readonly { address: string; port: number; greeting: string }[],
  seconds: number,
): Promise<string[]> {
  const input = ports.map((one) => `${one.address} ${one.port} ${one.greeting}\n`).join("");
  const outcome = await attempt(
    ["nsenter", `--net=/run/netns/${namespace}`, "bash", "-c", waiting, "bash", String(seconds)],
    input,
  );
  return outcome.stdout.split("\n").filter((line) => line !== "");
}

// Prints the addresses that did not answer in time. bash is Essential on Debian, and the one shell
// that opens a connection by itself: no process per attempt, which a hundred hosts would feel.
const waiting = `
while read -r address port greeting; do
  until { exec 5<>"/dev/tcp/$address/$port"; } 2>/dev/null &&
    { [ -z "$greeting" ] || { read -r -t 2 line <&5 && [[ $line == "$greeting"* ]]; }; }; do
    if ((SECONDS >= $1)); then echo "$address"; break; fi
    sleep 0.05
  done
  exec 5>&-
done`;
