import assert from "node:assert/strict";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import {
  clone,
  drift,
  type Ended,
  expectStatus,
  onEveryHost,
  onHost,
  pulumi,
  run,
  runFolder,
  sshConfig,
  until,
  up,
} from "./cloud.ts";
import { comesAndGoes } from "./left-behind.ts";
import { converged, differences, type Picture, takePicture } from "./picture.ts";
import { inVariant } from "./variant.ts";

const scratch = mkdtempSync(join(tmpdir(), "quintet-bad-input-"));
let was: Picture;

describe("bad input is told in a sentence and changes nothing", () => {
  before(async () => {
    await converged();
    was = await takePicture();
  });
  after(() => rmSync(scratch, { recursive: true, force: true }));

  test("a config with an unknown key, a wrong type, a host twice, overlapping networks and a short password", async () => {
    const config = (all: Record<string, unknown>) => {
      all["quintet:replika"] = 4;
      all["quintet:protectData"] = "perhaps";
      all["quintet:networks"] = { lan: "192.168.0.0/24", vms: "192.168.0.128/25" };
      const hosts = all["quintet:hosts"] as { name: string }[];
      all["quintet:hosts"] = hosts.map((host) =>
        host.name === "compute4" ? { ...host, name: "compute3" } : host,
      );
    };
    await inVariant({ config }, async (folder) => {
      const words = ["config", "set", "--secret", "--path", "quintet:passwords.nova"];
      expectStatus(await pulumi(words, { folder, input: "short" }), 0);
      const said = refused(await drift([], { folder }));
      assert.match(said, /quintet:replika: found/);
      assert.match(said, /quintet:protectData: found/);
      assert.match(said, /quintet:hosts\[4\]\.name: found/);
      assert.match(said, /quintet:networks\.vms: found/);
      assert.match(said, /quintet:passwords\.nova: found/);
      assert.doesNotMatch(said, /"short"/);
      assert.match(said, /Fix: +pulumi config/);
    });
  });

  test("hosts that cannot be reached, that refuse the key, and whose own key is another or unknown, in one message", async () => {
    const said = refused(await drift([], { environment: await badRoads() }));
    assert.match(said, /4 hosts cannot be reached/);
    assert.match(said, /compute1 cannot be reached: root@192\.168\.0\.77/);
    assert.match(said, /compute2 cannot be reached: .*refused every key/);
    assert.match(said, /compute3 cannot be reached: its host key .* is not the one that is known/);
    assert.match(said, /compute4 cannot be reached: its host key .* is unknown/);
    assert.match(said, /Next: /);
  });

  test("a user who is not root, with a sudo that asks and with none", async () => {
    const key = readFileSync(join(runFolder, "id_ed25519.pub"), "utf8").trim();
    await onHost(
      "compute2",
      `useradd -m -s /bin/sh visitor && install -d -m 700 -o visitor ~visitor/.ssh &&
echo '${key}' >~visitor/.ssh/authorized_keys && chown visitor ~visitor/.ssh/authorized_keys`,
    );
    const asVisitor = { environment: asAnotherUser() };
    try {
      const said = refused(await drift([], asVisitor));
      assert.match(said, /compute2 .*is not root, and sudo does not let it in/);
      assert.match(said, /NOPASSWD/);
      await onHost("compute2", "mv /usr/bin/sudo /usr/bin/sudo.away");
      assert.match(refused(await drift([], asVisitor)), /compute2 .*is not root/);
    } finally {
      await onHost(
        "compute2",
        "[ ! -e /usr/bin/sudo.away ] || mv /usr/bin/sudo.away /usr/bin/sudo; userdel -f -r visitor 2>/dev/null",
      );
    }
  });

  test("an operating system that the profile is not written for", async () => {
    await onHost(
      "compute4",
      "sed -i.kept 's/^VERSION_ID=.*/VERSION_ID=\"11\"/' /usr/lib/os-release",
    );
    try {
      const said = refused(await up());
      assert.match(said, /preflight-compute4 on compute4/);
      assert.match(said, /it runs debian 11, the profile is written for debian 13/);
    } finally {
      await onHost("compute4", "mv /usr/lib/os-release.kept /usr/lib/os-release");
    }
  });

  test("too little room on a host's disk", async () => {
    const files = {
      "index.ts": (text: string) => text.replace(/freeMegabytes: \d+/, "freeMegabytes: 900000000"),
    };
    const said = await inVariant({ files }, async (folder) => refused(await up({ folder })));
    assert.match(said, /MB free on \/, 900000000 MB are needed/);
    // A promise that was never made stands in no state; its note goes by hand. A host that was not asked
    // before the first one refused has none.
    await onEveryHost("grep -l 900000000 /var/lib/quintet/records/Platform-* | xargs -r rm");
    // The failed replacement has put away the promise that held.
    expectStatus(await up(), 0);
  });

  test("a disk that is full in the middle of a write, which leaves the old file whole", async () => {
    const folder = "/etc/systemd/system/chrony.service.d";
    await onHost(
      "compute3",
      `cd /root && cp -a ${folder} full && mount -t tmpfs -o size=64k,mode=755 full ${folder} &&
cp -a full/. ${folder}/ && echo '# not ours' >>${folder}/quintet.conf &&
sha256sum ${folder}/quintet.conf >full.sum; cat /dev/zero >${folder}/filler; true`,
    );
    try {
      const said = refused(await up());
      assert.match(said, /compute3-baseline-time-drop-in on compute3/);
      assert.match(said, /No space left on device/);
      await onHost("compute3", "sha256sum -c /root/full.sum");
    } finally {
      await onHost("compute3", `umount ${folder}; rm -rf /root/full /root/full.sum`);
    }
    expectStatus(await up(), 0);
  });

  test("two runs at once", async () => {
    let second: Ended | undefined;
    const first = await up({
      watch: async (program) => {
        await until(
          "the first run has begun",
          60,
          () => /@ (refreshing|updating)/i.test(program.said()) || undefined,
        );
        // It holds the stack for as long as the second one takes to find that out.
        process.kill(program.pid, "SIGSTOP");
        try {
          second = await up();
        } finally {
          process.kill(program.pid, "SIGCONT");
        }
      },
    });
    expectStatus(first, 0);
    assert.ok(second);
    const said = refused(second);
    assert.match(said, /currently locked/);
    assert.match(said, /has held the stack since/);
  });

  test("the same promise made twice", async () => {
    const again = `
new HostBaseline("again", {
  host: "compute2",
  hostsLines: site.hostsLines,
  time: site.time,
  names: profile.baseline,
});
`;
    const files = { "index.ts": (text: string) => text + again };
    const said = await inVariant({ files }, async (folder) => refused(await up({ folder })));
    assert.match(said, /is made twice, by compute2-baseline-\S+ and by again-/);
    // The component itself had come into the state before its first promise was refused.
    expectStatus(await up(), 0);
  });

  test("a state folder that cannot be written", async () => {
    // Nobody can write there, root included.
    const environment = { PULUMI_BACKEND_URL: "file:///sys/kernel/quintet" };
    assert.match(refused(await drift([], { environment })), /\/sys\/kernel\/quintet/);
  });

  test("no CLI in its place", async () => {
    const environment = { PULUMI_HOME: join(scratch, "home") };
    const said = refused(await drift([], { environment }));
    assert.match(said, /the Pulumi CLI .* is not at .*\n +Next: npm start, or npm run ready/);
  });

  test("no CLI to be had by either road", async () => {
    const closed = "http://127.0.0.1:9";
    const environment = {
      ...process.env,
      PULUMI_HOME: join(scratch, "home"),
      GOPROXY: "off",
      GOFLAGS: "-modcacherw",
      GOMODCACHE: join(scratch, "modules"),
      ...Object.fromEntries(
        ["http_proxy", "https_proxy", "HTTP_PROXY", "HTTPS_PROXY"].map((name) => [name, closed]),
      ),
    };
    const words = ["node", join(clone, "operations/ready.ts")];
    const said = refused(await run(words, { environment, seconds: 300 }));
    assert.match(said, /The Pulumi CLI .* cannot be had here/);
  });

  test("after all of this the hosts are as they were", async () => {
    const backups = {
      line: /\/etc\/(passwd|group|shadow|gshadow|subuid|subgid)-( |$)/,
      because: "useradd's",
    };
    assert.deepEqual(differences(was, await takePicture(), [backups, ...comesAndGoes]), []);
    expectStatus(await drift(), 0);
  });
});

/** Not zero, and something to read; returns all that was said. */
function refused(ended: Ended): string {
  const said = ended.stdout + ended.stderr;
  assert.notEqual(ended.status, 0, said);
  // A stack trace is no sentence.
  assert.doesNotMatch(said, /^\s+at .*\.[tj]s:\d+/m);
  return said;
}

/** An ssh config in which the way to four hosts is wrong, each in its own way. */
async function badRoads(): Promise<NodeJS.ProcessEnv> {
  const strange = join(scratch, "strange");
  expectStatus(await run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", strange]), 0);
  const other = readFileSync(`${strange}.pub`, "utf8").split(" ").slice(0, 2).join(" ");
  const known = readFileSync(join(runFolder, "known_hosts"), "utf8")
    .split("\n")
    .filter((line) => !/^compute[34] /.test(line));
  const knownHosts = join(scratch, "known_hosts");
  writeFileSync(knownHosts, [`compute3 ${other}`, ...known].join("\n"));
  return configFile(
    "bad-roads",
    `Host compute1
  HostName 192.168.0.77
Host compute2
  IdentityFile ${strange}
Host compute3 compute4
  UserKnownHostsFile ${knownHosts}
`,
    // OpenSSH offers every IdentityFile that applies, so that of all hosts must not apply to this one.
    (text) =>
      text
        .replace(/^ *IdentityFile .*$/m, "")
        .concat(`\nHost * !compute2\n  IdentityFile ${join(runFolder, "id_ed25519")}\n`),
  );
}

function asAnotherUser(): NodeJS.ProcessEnv {
  return configFile("visitor", "Host compute2\n  User visitor\n", (text) => text);
}

/** What OpenSSH finds first counts, so what differs comes first. */
function configFile(
  name: string,
  first: string,
  edit: (text: string) => string,
): NodeJS.ProcessEnv {
  const file = join(scratch, name);
  writeFileSync(file, `${first}\n${edit(readFileSync(sshConfig, "utf8"))}`);
  return { QUINTET_SSH_CONFIG: file };
}
