import assert from "node:assert/strict";
import { once } from "node:events";
import { existsSync } from "node:fs";
import { mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import { type AddressInfo, connect, createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { cgroupOf, processes, unifiedRoot } from "../../testbed/cgroup.ts";
import { attempt, type Outcome, run } from "../../testbed/command.ts";
import { fiveHosts } from "../../testbed/hosts.ts";
import { atInternet, atOperator, namespaces } from "../../testbed/network.ts";
import { type Place, place } from "../../testbed/place.ts";
import { relay } from "../../testbed/relay.ts";
import { statusTable } from "../../testbed/status.ts";
import { down, hostNames, kill, link, reset, start, stop, up } from "../../testbed/testbed.ts";

const names = fiveHosts.map((host) => host.name);
const counts = /^net\.netfilter\.nf_conntrack_count|^vm\.(stat|numa_stat)/;
const askInternet =
  "exec 5<>/dev/tcp/203.0.113.1/80; printf 'GET /ip HTTP/1.0\\r\\n\\r\\n' >&5; tail -n1 <&5";

describe("a testbed", () => {
  let scratch = "";
  let at: Place;
  let machineNetwork = "";
  let machineSettings: ReadonlyMap<string, string>;
  let machineClock = 0;

  function ssh(host: string, command: string): Promise<Outcome> {
    return attempt(["ssh", "-F", at.sshConfig, host, command]);
  }

  async function on(host: string, command: string): Promise<string> {
    const outcome = await ssh(host, command);
    assert.equal(outcome.status, 0, `${host}: ${command}: ${outcome.stderr}`);
    return outcome.stdout.trim();
  }

  /** The machine's own network and firewall, but for what counts packets. */
  async function networkOfMachine(): Promise<string> {
    const looks = ["-o link", "-o addr", "route show table all", "rule"];
    const said = await Promise.all([
      ...looks.map((look) => run(["ip", ...look.split(" ")])),
      // Whichever of them the machine has.
      ...["iptables-save", "ip6tables-save", "nft list ruleset"].map(
        async (look) => (await attempt(look.split(" "))).stdout,
      ),
    ]);
    return said.join("").replace(/^#.*\n|\[\d+:\d+\]|packets \d+ bytes \d+/gm, "");
  }

  /** What the machine's kernel is set to; a module that is loaded meanwhile brings new settings. */
  async function settingsOfMachine(): Promise<ReadonlyMap<string, string>> {
    const said = await run(["sh", "-c", "sysctl -a 2>/dev/null || true"]);
    const steady = said
      .split("\n")
      .filter((line) => /^(net|vm)\./.test(line) && !counts.test(line));
    return new Map(steady.map((line) => line.split(/ = ?(.*)/s, 2) as [string, string]));
  }

  /** How far the machine's clock is from one that nobody can set, in seconds. */
  function clockOfMachine(): number {
    return (Date.now() - performance.now()) / 1000;
  }

  before(async () => {
    scratch = await mkdtemp(join(tmpdir(), "quintet-testbed-"));
    at = place({ ...process.env, QUINTET_TESTBED: join(scratch, "run") });
    machineNetwork = await networkOfMachine();
    machineSettings = await settingsOfMachine();
    machineClock = clockOfMachine();
    await up({}, at);
  });

  after(async () => {
    await down(at);
    await rm(scratch, { recursive: true, force: true });
  });

  test("has five hosts that ssh reaches, each under its own name and identity", async () => {
    assert.deepEqual(await hostNames(at), names);
    const seen = await Promise.all(names.map((name) => on(name, "hostname; cat /etc/machine-id")));
    assert.deepEqual(
      seen.map((text) => text.split("\n")[0]),
      names,
    );
    assert.equal(new Set(seen).size, names.length);
    assert.equal(await on("gateway", "hostname"), "compute1");
  });

  test("hosts are bare, whole systems where the usual commands succeed", async () => {
    await on("compute3", "systemctl is-system-running --wait");
    await on("compute3", "sysctl --system >/dev/null && modprobe br_netfilter");
    await on("compute3", "[ -c /dev/fuse ] && [ -c /dev/net/tun ] && ! command -v iptables");
    await on("compute3", "touch /export/f && rm /export/f");
  });

  test("no host can move the machine's clock or load into its kernel", async () => {
    const capabilities = BigInt(
      `0x${await on("compute2", "awk '/^CapBnd/{print $2}' /proc/self/status")}`,
    );
    const [sysModule, sysTime] = [16n, 25n];
    assert.equal((capabilities >> sysModule) & 1n, 0n);
    assert.equal((capabilities >> sysTime) & 1n, 0n);
  });

  test("the operator knows the hosts by name", async () => {
    const found = await run(atOperator(at, ["getent", "hosts", "gateway", "controller"]));
    assert.match(found, /^192\.168\.0\.1 .*gateway\n192\.168\.0\.5 +controller\n$/m);
  });

  test("hosts reach the internet only once the gateway routes, and as its address", async () => {
    assert.notEqual((await ssh("compute2", `timeout 3 bash -c "${askInternet}"`)).status, 0);
    assert.equal(await on("compute1", askInternet), "203.0.113.2");
    await on(
      "compute1",
      "apt-get -q update && apt-get -q -y install --no-install-recommends iptables",
    );
    await on("compute1", "sysctl -w net.ipv4.ip_forward=1");
    await on("compute1", "iptables -t nat -A POSTROUTING -o eth0 -j MASQUERADE");
    assert.equal(await on("compute2", askInternet), "203.0.113.2");
  });

  test("the internet answers again after its process was killed", async () => {
    for (const pid of await processes(cgroupOf(at, "internet"), "systemd-socket-"))
      process.kill(pid, 9);
    for (const pid of await processes(cgroupOf(at, "internet"), "node")) process.kill(pid, 9);
    for (const pid of await processes(cgroupOf(at, "internet"), "MainThread")) process.kill(pid, 9);
    await sleep(2500);
    const answer = await run(atInternet(at, ["bash", "-c", askInternet]));
    assert.equal(answer, "203.0.113.1\n");
  });

  test("a loopback port of the machine, and no other, leads to the gateway's port for browsers", async () => {
    const echo = "systemd-socket-activate --listen=203.0.113.2:443 --accept --inetd cat";
    await on("compute1", `systemd-run --quiet ${echo}`);
    const taken = createServer().listen(0, "127.0.0.1");
    await once(taken, "listening");
    // A server's address is a text for a socket in the file system only.
    const { port } = taken.address() as AddressInfo;
    await assert.rejects(relay(port, at), /is taken/);
    taken.close();
    await once(taken, "close");
    await relay(port, at);
    const pids = await processes(cgroupOf(at, "relay"), "systemd-socket-");
    await relay(port, at);
    assert.deepEqual(await processes(cgroupOf(at, "relay"), "systemd-socket-"), pids);
    const socket = connect(port, "127.0.0.1");
    socket.write("hello");
    assert.equal(String((await once(socket, "data"))[0]), "hello");
    socket.destroy();
    const listening = await readFile("/proc/net/tcp", "utf8");
    const hex = port.toString(16).toUpperCase().padStart(4, "0");
    const listeners = listening.match(
      new RegExp(`^ *\\d+: [0-9A-F]{8}:${hex} 00000000:0000 0A`, "gm"),
    );
    assert.deepEqual(
      listeners?.map((line) => line.trim().split(" ")[1]),
      [`0100007F:${hex}`],
    );
  });

  test("a connection outlives a silence", async () => {
    const quiet = ["ssh", "-F", at.sshConfig, "-o", "ServerAliveInterval=0", "compute4"];
    assert.equal(await run([...quiet, "sleep 8; echo still here"]), "still here\n");
  });

  test("stop and start keep the disk and the host's key; a reset takes both", async () => {
    await on("compute4", "echo mine | tee /root/mine /export/mine");
    const key = await readFile(at.knownHosts, "utf8");
    await stop(["compute4"], at);
    assert.match(await statusTable(at), /^compute4 .* off /m);
    await start(["compute4"], at);
    assert.equal(await on("compute4", "cat /root/mine /export/mine"), "mine\nmine");
    assert.equal(await readFile(at.knownHosts, "utf8"), key);
    await reset("compute4", at);
    assert.equal(await on("compute4", "ls /root/mine /export/mine 2>/dev/null | wc -l"), "0");
    const changed = (await readFile(at.knownHosts, "utf8")).split("\n");
    assert.deepEqual(
      key
        .split("\n")
        .filter((line) => !changed.includes(line))
        .map((line) => line.split(" ")[0]),
      ["compute4"],
    );
  });

  test("a host reboots by itself, at once and with its network", async () => {
    const began = await on("compute3", "stat -c %Y /proc/1");
    await ssh("compute3", "echo kept >/root/before; sleep 1.1; reboot");
    let after = began;
    for (let tries = 0; tries < 60 && after === began; tries++) {
      await sleep(500);
      after = (await ssh("compute3", "stat -c %Y /proc/1")).stdout.trim() || began;
    }
    assert.notEqual(after, began);
    assert.equal(await on("compute3", "cat /root/before"), "kept");
  });

  test("a pulled cable is a host that does not answer, until it is plugged in", async () => {
    await link("compute2", "eth1", "down", at);
    assert.equal((await ssh("compute2", "true")).status, 255);
    await link("compute2", "eth1", "up", at);
    await on("compute2", "true");
    await assert.rejects(link("compute2", "eth0", "down", at), /takes eth1/);
  });

  test("all five lose power at once and come back", async () => {
    await kill([], at);
    assert.equal((await statusTable(at)).match(/ off /g)?.length, 5);
    assert.deepEqual((await namespaces(at)).sort(), [at.internetNamespace, at.operatorNamespace]);
    await start([], at);
    assert.equal(await on("compute1", "cat /proc/sys/net/ipv4/ip_forward"), "0");
  });

  for (const program of ["sh", "systemd-nspawn"]) {
    test(`a host dies with its ${program}, and up heals it`, async () => {
      const [pid] = await processes(cgroupOf(at, "compute3"), program);
      assert.ok(pid);
      process.kill(pid, "SIGKILL");
      await sleep(1000);
      assert.match(await statusTable(at), /^compute3 .* off /m);
      await up({}, at);
      await on("compute3", "true");
    });
  }

  test("a second testbed beside it, of light hosts, disturbs nothing when it comes and goes", async () => {
    const beside = place({ ...process.env, QUINTET_TESTBED: join(scratch, "beside") });
    await up({ light: 2 }, beside);
    const hostname = await run(["ssh", "-F", beside.sshConfig, "light2", "hostname"]);
    assert.equal(hostname, "light2\n");
    await down(beside);
    assert.deepEqual(await namespaces(beside), []);
    assert.equal((await statusTable(at)).match(/ on /g)?.length, 5);
    await on("compute2", "true");
  });

  test("a folder of somebody else's is not taken over, and not removed", async () => {
    const theirs = place({ ...process.env, QUINTET_TESTBED: import.meta.dirname });
    await assert.rejects(up({}, theirs), /in use for something else/);
    await assert.rejects(down(theirs), /stays as it is/);
    assert.ok(existsSync(import.meta.filename));
  });

  test("down leaves nothing, also after a crash, and a second time", async () => {
    // Nobody is left who could tidy up: neither the hosts' nor the internet's shells.
    for (const what of [...names, "internet"]) {
      for (const pid of await processes(cgroupOf(at, what), "sh")) process.kill(pid, "SIGKILL");
    }
    await rm(join(at.folder, "hosts/compute4/cables.out"));
    await down(at);
    await down(at);
    assert.deepEqual(await namespaces(at), []);
    assert.ok(!existsSync(at.folder));
    const hierarchies = [
      unifiedRoot(),
      ...(await readdir("/sys/fs/cgroup")).map((h) => `/sys/fs/cgroup/${h}`),
    ];
    assert.ok(!hierarchies.some((hierarchy) => existsSync(join(hierarchy, at.prefix))));
    assert.doesNotMatch(await readFile("/proc/self/mounts", "utf8"), new RegExp(at.prefix));
    assert.equal(await networkOfMachine(), machineNetwork);
    const settings = await settingsOfMachine();
    const was = [...machineSettings].filter(([name, value]) => settings.get(name) !== value);
    assert.deepEqual(was, []);
    const brought = [...settings].filter(([name]) => !machineSettings.has(name));
    assert.deepEqual(
      brought.filter(([name, value]) => /\.bridge-nf-call-/.test(name) && value !== "0"),
      [],
    );
    assert.ok(Math.abs(clockOfMachine() - machineClock) < 2, "the machine's clock was moved");
  });
});
