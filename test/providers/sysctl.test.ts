import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { after, describe, test } from "node:test";
import { type SysctlValue, sysctl } from "../../providers/sysctl.ts";
import { framedTogether, newMark, unframe } from "../../providers/transport/frames.ts";

const key = { name: "net.ipv4.ip_forward" };
const live = "/proc/sys/net/ipv4/ip_forward";
const own = "/etc/sysctl.d/99-quintet-net.ipv4.ip_forward.conf";
const look = (...said: string[]) => sysctl.parse(`${said.join("\n")}\n`, key);
const whys = (want: SysctlValue, have: SysctlValue) =>
  sysctl.converge(key, want, have).map((change) => change.why);

describe("a kernel setting", () => {
  test("that the kernel does not know is absent", () => {
    assert.deepEqual(look(), { runtime: "absent", boot: "absent" });
  });

  test("of several words is read with one space between them", () => {
    assert.equal(look(`${live}:4096\t131072   6291456 `).runtime, "4096 131072 6291456");
  });

  test("is wished for in the same form", () => {
    const wish = { runtime: " 4096\t131072", boot: "1" };
    assert.deepEqual(sysctl.value.parse(wish), { runtime: "4096 131072", boot: "1" });
  });

  test("turned off by hand is set again, and the file is left alone", () => {
    assert.deepEqual(whys({ runtime: "1", boot: "1" }, { runtime: "0", boot: "1" }), [
      "set net.ipv4.ip_forward to 1 (was 0)",
    ]);
  });

  test("is put back to what was found, and its file removed, even where both held before", () => {
    const held = { runtime: "1", boot: "1" };
    const back = sysctl.putBack(key, "", held, held).map((change) => change.why);
    assert.deepEqual(back, [`remove ${own}`]);
  });
});

describe("what the files would set at boot", () => {
  const boot = (...said: string[]) => look(...said).boot;
  const cases: [string, string[], string][] = [
    ["the value in our file", [`file ${own}`, `${own}:net.ipv4.ip_forward = 1`], "1"],
    [
      "a value of others",
      ["file /etc/sysctl.d/10-a.conf", "/etc/sysctl.d/10-a.conf:net.ipv4.ip_forward=0"],
      "0",
    ],
    [
      "the later name, whatever the folder",
      [
        "file /etc/sysctl.d/10-a.conf",
        "file /usr/lib/sysctl.d/50-b.conf",
        "/etc/sysctl.d/10-a.conf:net.ipv4.ip_forward=0",
        "/usr/lib/sysctl.d/50-b.conf:net.ipv4.ip_forward=1",
      ],
      "1",
    ],
    [
      "nothing of a file that one of the same name hides",
      [
        "file /etc/sysctl.d/50-b.conf",
        "file /usr/lib/sysctl.d/50-b.conf",
        "/usr/lib/sysctl.d/50-b.conf:net.ipv4.ip_forward=1",
      ],
      "absent",
    ],
    [
      "a file that is read after ours, by name",
      [
        `file ${own}`,
        "file /etc/sysctl.conf",
        `${own}:net.ipv4.ip_forward = 1`,
        "/etc/sysctl.conf:net.ipv4.ip_forward = 0",
      ],
      "0 in /etc/sysctl.conf",
    ],
    [
      "the last line of a file",
      [`file ${own}`, `${own}:net.ipv4.ip_forward=0`, `${own}:net/ipv4/ip_forward=1`],
      "1",
    ],
    ["a line that may fail", [`file ${own}`, `${own}: -net.ipv4.ip_forward = 1`], "1"],
    [
      "no comment",
      [`file ${own}`, `${own}:#net.ipv4.ip_forward=1`, `${own}:; net.ipv4.ip_forward=1`],
      "absent",
    ],
    ["no other setting", [`file ${own}`, `${own}:net.ipv4.ip_forward_use_pmtu=1`], "absent"],
  ];
  for (const [name, said, value] of cases) {
    test(`is ${name}`, () => assert.equal(boot(...said), value));
  }

  test("tells a dot in an interface's name from the dots between the parts", () => {
    const vlan = { name: "net/ipv4/conf/eth0.100/forwarding" };
    const line = "/etc/sysctl.d/10-a.conf:net.ipv4.conf.eth0/100.forwarding = 1";
    assert.equal(sysctl.parse(`file /etc/sysctl.d/10-a.conf\n${line}\n`, vlan).boot, "1");
    assert.match(sysctl.probe(vlan).text, /\/proc\/sys\/net\/ipv4\/conf\/eth0\.100\/forwarding/);
  });
});

describe("the script that sets it at boot", () => {
  test("fails with the name of the file that has the last word", () => {
    const want = { runtime: "1", boot: "1" };
    const [change] = sysctl.converge(key, want, { runtime: "1", boot: "0 in /etc/sysctl.conf" });
    assert.match(change?.script.text ?? "", /echo '\/etc\/sysctl\.conf sets [^']+' >&2\nexit 1/);
  });
});

describe("a look at the settings of a host", () => {
  const folder = mkdtempSync(join(tmpdir(), "quintet-sysctl-"));
  after(() => rmSync(folder, { recursive: true }));
  const write = (path: string, text: string) => {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), text);
  };
  const names = ["net.ipv4.ip_forward", "net.ipv4.tcp_rmem", "net.bridge.none"];
  const shared = (name: string) => ({
    text: sysctl.shared.look.text,
    word: sysctl.shared.word({ name }),
  });
  const here = (text: string) =>
    text.replace(/(?<!\w)\/(?=(?:proc|etc|run|usr\/(?:local\/)?lib|lib)\/)/g, `${folder}/`);
  const seen = (asked: readonly string[], look = (name: string) => shared(name)) => {
    const mark = newMark();
    const questions = asked.map((name) => ({
      text: sysctl.probe({ name }).text,
      seconds: 5,
      shared: look(name),
    }));
    const input = here(framedTogether(questions, mark).text);
    const { stdout } = spawnSync("sh", { input, encoding: "utf8" });
    const answers = unframe(stdout, mark).map(({ stdout }) => stdout.replaceAll(folder, ""));
    return answers.map((said, at) => sysctl.parse(said, { name: asked[at] ?? "" }));
  };

  test("tells each its own value and its own lines", () => {
    write("/proc/sys/net/ipv4/ip_forward", "1\n");
    write("/proc/sys/net/ipv4/tcp_rmem", "4096\t131072\n6291456\n");
    write("/etc/sysctl.d/10-a.conf", "net.ipv4.ip_forward = 1\nnet/ipv4/tcp_rmem = 1 2 3\n");
    write("/usr/lib/sysctl.d/50-b.conf", "net.ipv4.ip_forward=0\n");
    assert.deepEqual(seen(names), [
      { runtime: "1", boot: "0" },
      { runtime: "4096 131072 6291456", boot: "1 2 3" },
      { runtime: "absent", boot: "absent" },
    ]);
  });

  test("that does not tell a value that is there is no sign of its absence", () => {
    const [alone] = seen(names.slice(0, 1), () => ({ text: "echo end", word: "" }));
    assert.equal(alone?.runtime, "1");
  });
});
