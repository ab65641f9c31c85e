import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { syncBuiltinESMExports } from "node:module";
import os, { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { after, describe, mock, test } from "node:test";
import { type Road, roadTo } from "../../../providers/transport/ssh-config.ts";

const folder = mkdtempSync(join(tmpdir(), "quintet-ssh-config-"));
after(() => rmSync(folder, { recursive: true, force: true }));
const write = (name: string, text: string) => {
  const path = join(folder, name);
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, text);
  return path;
};

/** What OpenSSH itself makes of a config. */
function openSsh(name: string, config: string): Record<string, string> {
  const { stdout } = spawnSync("ssh", ["-G", "-F", config, name], { encoding: "utf8" });
  const pairs = stdout.split("\n").map((line) => /^(\S+) (.*)$/.exec(line));
  return Object.fromEntries(pairs.flatMap((pair) => (pair ? [[pair[1], pair[2]]] : [])));
}

function agrees(name: string, config: string): Road {
  const road = roadTo(name, config);
  const theirs = openSsh(name, config);
  assert.deepEqual(
    [road.address, String(road.port), road.user, listed(road.jump), road.proxyCommand],
    [theirs.hostname, theirs.port, theirs.user, theirs.proxyjump, theirs.proxycommand],
  );
  return road;
}

function listed(jump: Road | undefined): string | undefined {
  return jump?.jump ? `${listed(jump.jump)},${jump.name}` : jump?.name;
}

/** These tests may be run by root, and a default of root would look right. */
function as(user: { username: string } | undefined, work: () => void): void {
  const local = mock.method(os, "userInfo", () => user ?? assert.fail("a number has no name"));
  syncBuiltinESMExports();
  try {
    work();
  } finally {
    local.mock.restore();
    syncBuiltinESMExports();
  }
}

/** With a home that has only what is written below it. */
function atHome<T>(work: () => T): T {
  const before = process.env.HOME;
  process.env.HOME = folder;
  try {
    return work();
  } finally {
    process.env.HOME = before;
  }
}

describe("a host is looked up as OpenSSH would", () => {
  test("with patterns, tokens and words in quotes", () => {
    const config = write(
      "config",
      'host compute1 gateway\n  hostname 192.168.0.1\n  Port 2222\nHost *\n  User admin\n  IdentityFile /keys/%r-%n\n  ProxyCommand reach %h %p\n  UserKnownHostsFile "/it is known/%n" /b\n',
    );
    const road = roadTo("gateway", config);
    assert.equal(road.address, "192.168.0.1");
    assert.equal(road.user, "admin");
    assert.deepEqual(road.identityFiles, ["/keys/admin-gateway"]);
    assert.equal(road.proxyCommand, "reach 192.168.0.1 2222");
    assert.equal(road.hostKeyName, "[192.168.0.1]:2222");
    assert.deepEqual(road.knownHostsFiles, ["/it is known/gateway", "/b"]);
  });

  test("without a User it is the local one", () => {
    const config = write("empty", "");
    agrees("compute1", config);
    as({ username: "operator" }, () => assert.equal(roadTo("compute1", config).user, "operator"));
    as(undefined, () => assert.throws(() => roadTo("compute1", config), /its config has no User/));
  });

  test("of ProxyCommand and ProxyJump the first counts, none too", () => {
    const config = write(
      "both",
      "Host a\n  ProxyJump jump\nHost b\n  ProxyCommand none\nHost a b c\n  ProxyCommand reach\nHost a b c d\n  ProxyJump jump\n",
    );
    for (const name of ["b", "d"]) agrees(name, config);
    assert.equal(roadTo("a", config).proxyCommand, undefined);
    assert.equal(roadTo("a", config).jump?.name, "jump");
    assert.equal(roadTo("c", config).jump, undefined);
    assert.equal(roadTo("c", config).proxyCommand, "reach");
  });

  test("IdentityAgent none is no agent", () => {
    const config = write("agent", "Host a\n  IdentityAgent none\nHost b\n  IdentityAgent /agent\n");
    assert.equal(roadTo("a", config).agent, undefined);
    assert.equal(roadTo("b", config).agent, "/agent");
  });
});

describe("ProxyJump", () => {
  test("holds a user and a port, which go before those of the jump's own part", () => {
    const config = write(
      "jump",
      "Host compute1\n  ProxyJump me@bastion:2222\nHost bastion\n  HostName 10.0.0.1\n  User other\n  Port 99\n",
    );
    const { jump } = agrees("compute1", config);
    assert.deepEqual([jump?.address, jump?.user, jump?.port], ["10.0.0.1", "me", 2222]);
    assert.equal(jump?.hostKeyName, "[10.0.0.1]:2222");
    assert.equal(jump?.isJump, true);
  });

  test("is a list of which the last is next to the host", () => {
    const config = write(
      "list",
      "Host compute1\n  ProxyJump one,me@two:22, ssh://three:33,[::1]:44\nHost two\n  ProxyJump elsewhere\nHost one\n  ProxyJump zero\n",
    );
    const road = roadTo("compute1", config);
    assert.equal(listed(road.jump), "zero,one,me@two:22,ssh://three:33,[::1]:44");
    assert.equal(road.jump?.address, "::1");
    assert.deepEqual([road.jump?.jump?.address, road.jump?.jump?.port], ["three", 33]);
  });

  test("that leads back to where it came from is refused", () => {
    const config = write("circle", "Host *\n  ProxyJump bastion\n");
    assert.throws(
      () => roadTo("compute1", config),
      /^HostUnreachable: compute1 cannot be reached: ProxyJump goes in a circle: compute1 through bastion through bastion\n/,
    );
  });

  test("that names no host is refused", () => {
    const config = write("wrong", "Host compute1\n  ProxyJump fe80::1\n");
    assert.throws(
      () => roadTo("compute1", config),
      /compute1 .*ProxyJump fe80::1 is not \[user@\]host\[:port\]/,
    );
  });
});

describe("Include", () => {
  test("stands for the files that it names, in the order of their names", () => {
    write("d/20", "Host *\n  User late\n  Port 2\n");
    write("d/10", "Host compute1\n  User early\n");
    write("d/.30", "Host *\n  Port 3\n");
    mkdirSync(join(folder, "d/sub"));
    const config = write(
      "including",
      `Include ${folder}/d/* ${folder}/none\nHost *\n  User last\n  HostName from-here\n`,
    );
    assert.equal(agrees("compute1", config).user, "early");
    assert.equal(agrees("compute2", config).user, "late");
  });

  test("below a Host or Match counts for whom that is about, and what follows it still does", () => {
    write("below", "User included\nHost compute2\n  Port 2\nHost *\n  HostName from-below\n");
    const config = write(
      "conditional",
      `Host compute1 compute2\n  SendEnv LANG\n  Include ${folder}/below\n  Port 1\nMatch originalhost compute3\n  include ${folder}/below\n`,
    );
    for (const name of ["compute1", "compute2", "compute3", "compute4"]) agrees(name, config);
    assert.equal(roadTo("compute1", config).port, 1);
    assert.equal(roadTo("compute2", config).port, 2);
    assert.equal(roadTo("compute4", config).address, "compute4");
  });

  test("of a relative name means the user's .ssh", () => {
    write(".ssh/cloud/hosts", "Host compute1\n  User found\n");
    for (const name of ["cloud/*", "~/.ssh/cloud/hosts"]) {
      const config = write(`relative-${name.length}`, `Include ${name}\n`);
      assert.equal(atHome(() => roadTo("compute1", config)).user, "found");
    }
  });

  test("of itself is told", () => {
    const config = write("itself", `Include ${folder}/itself\n`);
    assert.throws(
      () => roadTo("compute1", config),
      /compute1 .*itself includes more than 16 files/,
    );
  });
});

describe("a config that is not there", () => {
  test("is an error when it was asked for", () => {
    assert.throws(
      () => roadTo("compute1", join(folder, "absent")),
      /^HostUnreachable: compute1 cannot be reached: .*absent cannot be read \(ENOENT.*\)\n {2}Next: .*quintet:sshConfig/,
    );
  });

  test("is empty when it is the user's own", () => {
    const road = atHome(() => roadTo("compute1", join(folder, ".ssh/config")));
    assert.equal(road.address, "compute1");
  });
});
