import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, beforeEach, describe, test } from "node:test";
import { install, ruleFile } from "../../../providers/iptables-rules/boot.ts";
import { look } from "../../../providers/iptables-rules/image.ts";
import { fileText, placeOf } from "../../../providers/iptables-rules/state.ts";
import {
  type IptablesRulesKey,
  type IptablesRulesValue,
  iptablesRules,
} from "../../../providers/iptables-rules.ts";
import { framedTogether, newMark, unframe } from "../../../providers/transport/frames.ts";

const folder = mkdtempSync(join(tmpdir(), "quintet-iptables-"));
after(() => rmSync(folder, { recursive: true }));
const here = (text: string) => text.replace(/(?<!\w)\/(?=(?:etc|run)\/)/g, `${folder}/`);
const env = { PATH: `${folder}/bin:${process.env.PATH}` };
const shell = (text: string) => spawnSync("sh", [], { input: here(text), encoding: "utf8", env });
const program = (name: string, text: string) =>
  writeFileSync(join(folder, "bin", name), `#!/bin/sh\n${text}\n`, { mode: 0o755 });
/** A program that prints a saved text, the named table alone where it is asked for that. */
const saves = (name: string, text: string) => {
  writeFileSync(join(folder, name), text);
  const one = `/^\\*/ { of = substr($0, 2) } t == "" || of == t`;
  program(
    name,
    `echo ${name} "$@" >>${folder}/asked\n[ "$1" = -t ] || set --\nawk -v t="$2" '${one}' ${folder}/${name}`,
  );
};

const masquerade: IptablesRulesKey = { table: "nat", chain: "quintet-nat", from: "POSTROUTING" };
const forward: IptablesRulesKey = { table: "filter", chain: "quintet-forward", from: "FORWARD" };
const shut: IptablesRulesKey = { table: "filter", chain: "quintet-shut", from: "INPUT" };
const six: IptablesRulesKey = { ...shut, family: "ipv6" };
const all = [masquerade, forward, shut, six];
const wish = (name: string, rule: string) =>
  iptablesRules.value.parse({ [name]: rule, jump: "first" });
const wishes = [
  wish("10-lan", "-o eth0 -j MASQUERADE"),
  wish("10-out", "-o eth0 -j ACCEPT"),
  wish("90-none", "-j DROP"),
  wish("90-none", "-p tcp -j DROP"),
];

const four = `*nat
:INPUT ACCEPT [0:0]
:POSTROUTING ACCEPT [0:0]
:quintet-nat - [0:0]
-A INPUT -s 192.0.2.1/32 -j ACCEPT
-A POSTROUTING -j quintet-nat
-A POSTROUTING -s 192.0.2.1/32 -j quintet-forward
-A quintet-nat -o eth0 -m comment --comment 10-lan -j MASQUERADE
COMMIT
*filter
:INPUT ACCEPT [0:0]
:FORWARD ACCEPT [0:0]
:quintet-forward - [0:0]
:quintet-shut - [0:0]
:quintet-nat - [0:0]
-A INPUT -j quintet-shut
-A FORWARD -j quintet-forward
-A quintet-forward -o eth0 -m comment --comment 10-out -j ACCEPT
-A quintet-shut -m comment --comment 90-none -j DROP
COMMIT
`;
const sixth = `*filter
:INPUT ACCEPT [0:0]
:quintet-shut - [0:0]
-A INPUT -j quintet-shut
-A quintet-shut -p tcp -m comment --comment 90-none -j DROP
COMMIT
`;

/** What a host's answer makes of the chains, which are asked about together. */
function seen(keys = all, text = iptablesRules.shared.look.text) {
  writeFileSync(join(folder, "asked"), "");
  const mark = newMark();
  const questions = keys.map((key) => ({
    text: iptablesRules.probe(key).text,
    seconds: 5,
    shared: { text, word: iptablesRules.shared.word(key) },
  }));
  const { stdout } = shell(framedTogether(questions, mark).text);
  const answers = unframe(stdout, mark);
  return {
    answers,
    asked: readFileSync(join(folder, "asked"), "utf8").trim().split("\n"),
    have: keys.map((key, at) =>
      iptablesRules.parse(answers[at]?.stdout ?? "", key, wishes[all.indexOf(key)]),
    ),
  };
}

describe("a look at the chains of a host", () => {
  beforeEach(() => {
    for (const name of ["bin", "etc", "run"]) {
      rmSync(join(folder, name), { recursive: true, force: true });
    }
    for (const name of ["bin", "etc/systemd/system/multi-user.target.wants", "run/quintet"]) {
      mkdirSync(join(folder, name), { recursive: true });
    }
    saves("iptables-save", four);
    saves("ip6tables-save", sixth);
    for (const name of ["iptables-restore", "ip6tables-restore"]) program(name, "cat >/dev/null");
    program("systemctl", `cd ${folder}/etc/systemd/system && ln -sf ../$2 multi-user.target.wants`);
    for (const [at, key] of all.entries()) {
      const script = install(placeOf(key), fileText(key, wishes[at] as IptablesRulesValue));
      // The restoring program is run as it will be on a host, where its folder is another one.
      const { status, stderr } = shell(`sh() { :; }\n${script.text}`);
      assert.equal(status, 0, stderr);
    }
    // What is on a host is not moved to a folder.
    for (const name of ["iptables/restore", "../systemd/system/quintet-iptables.service"]) {
      const file = join(folder, "etc/quintet", name);
      writeFileSync(file, readFileSync(file, "utf8").replaceAll(folder, ""));
    }
  });

  test("asks each family once, and tells each chain its own", () => {
    const { have, asked } = seen();
    assert.deepEqual(have, wishes);
    assert.deepEqual(asked, ["iptables-save", "ip6tables-save -t filter"]);
  });

  test("at one chain tells the same", () => {
    assert.deepEqual(
      all.flatMap((key) => seen([key]).have),
      wishes,
    );
  });

  test("sums all files by one program", () => {
    program("b2sum", `echo summed >>${folder}/asked; exec /usr/bin/b2sum "$@"`);
    assert.equal(seen().asked.filter((line) => line === "summed").length, 1);
  });

  test("tells a chain's jump from another chain of ours", () => {
    const nested = four.replace("-A FORWARD", "-A quintet-shut");
    saves("iptables-save", nested);
    assert.deepEqual(
      seen().have.map((one) => one?.jump),
      ["first", "from quintet-shut", "first", "first"],
    );
  });

  test("tells whose file was edited, and whose is gone", () => {
    writeFileSync(here(ruleFile(placeOf(masquerade))), "*nat\nCOMMIT\n");
    rmSync(here(ruleFile(placeOf(shut))));
    assert.deepEqual(
      seen().have.map((one) => one?.boot),
      ["other rules", "restored", "absent", "restored"],
    );
  });

  for (const [what, bytes] of Object.entries({
    "a NUL": "COM\0MIT\n",
    "no last line end": "COMMIT",
  })) {
    test(`tells that a file has ${what}`, () => {
      const file = here(ruleFile(placeOf(forward)));
      writeFileSync(file, readFileSync(file, "utf8").replace("COMMIT\n", bytes));
      assert.equal(seen().have[1]?.boot, "other rules");
    });
  }

  const unit = "etc/systemd/system/quintet-iptables.service";
  const broken = {
    "its unit is absent": () => rmSync(join(folder, unit)),
    "its unit was changed": () => writeFileSync(join(folder, unit), "[Unit]\n"),
    "its unit is disabled": () =>
      rmSync(join(folder, "etc/systemd/system/multi-user.target.wants"), { recursive: true }),
  };
  for (const [said, spoil] of Object.entries(broken)) {
    test(`tells all chains that ${said}`, () => {
      spoil();
      assert.deepEqual(
        seen().have.map((one) => one?.boot),
        all.map(() => said),
      );
    });
  }

  test("tells whose edit waits to be confirmed", () => {
    writeFileSync(join(folder, "run/quintet/guard.iptables-ipv4-filter-quintet-shut.abc"), "");
    assert.deepEqual(
      seen().have.map((one) => one?.edit),
      ["confirmed", "confirmed", "not confirmed", "confirmed"],
    );
  });

  test("tells that there is no chain where iptables is not installed", () => {
    for (const name of ["iptables-save", "ip6tables-save"]) rmSync(join(folder, "bin", name));
    for (const key of all) rmSync(here(ruleFile(placeOf(key))));
    const { answers, have } = seen();
    assert.ok(answers.every(({ status }) => status === 0));
    assert.deepEqual(
      have,
      all.map(() => undefined),
    );
  });

  test("that cannot read one family says so of that one alone", () => {
    program("ip6tables-save", "echo '*filter'; echo 'no such table' >&2; exit 3");
    const { answers, have } = seen();
    assert.deepEqual(have.slice(0, 3), wishes.slice(0, 3));
    assert.deepEqual(
      answers.map(({ status }) => status),
      [0, 0, 0, 3],
    );
    assert.match(answers[3]?.stderr ?? "", /no such table/);
  });

  for (const text of ["echo end", "echo ipv4-nat-quintet-nat chain"]) {
    test(`that was cut off is no sign that a chain is absent: ${text}`, () => {
      const { answers } = seen(all, text);
      assert.ok(answers.every(({ status }) => status !== 0));
      assert.match(answers[0]?.stderr ?? "", /says nothing of ipv4-nat-quintet-nat/);
    });
  }

  test("that does not tell a file's sum is no sign of another file", () => {
    const text = iptablesRules.shared.look.text.replace("b2sum", "no-such-program");
    assert.deepEqual(seen(all, text).have, wishes);
  });

  test("takes no more than seconds for the rules of a large cloud", () => {
    const rules = Array.from(
      { length: 20_000 },
      (_, at) => `-A INPUT -s 10.0.0.0/8 -m comment --comment "${at} *" -j LIBVIRT_INP`,
    );
    saves(
      "iptables-save",
      four.replace("-A INPUT", `:LIBVIRT_INP - [0:0]\n${rules.join("\n")}\n-A INPUT`),
    );
    assert.deepEqual(seen().have, wishes);
  });

  test("before an edit keeps the chain and its file, to be put back", () => {
    const { stdout } = shell(look(placeOf(shut), ruleFile(placeOf(shut))).text);
    const file = fileText(shut, wishes[2] as IptablesRulesValue);
    assert.deepEqual(
      stdout.trim().split("\n").sort(),
      [
        "chain",
        ...file
          .trim()
          .split("\n")
          .map((line) => `file ${line}`),
        "jump 1 0 -A INPUT -j quintet-shut",
        "rule -A quintet-shut -m comment --comment 90-none -j DROP",
      ].sort(),
    );
  });
});
