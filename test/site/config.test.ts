import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { readConfig } from "../../site/config.ts";
import { BadConfig } from "../../site/problems.ts";
import { sample, texts } from "./sample.ts";

type Sample = ReturnType<typeof sample>;

/** Each problem of the sample with this edit, as one text. */
function problems(
  edit: (config: Sample & Record<string, unknown>) => void,
  secrets: string[] = [],
) {
  const config: Sample & Record<string, unknown> = sample();
  edit(config);
  try {
    readConfig(texts(config), new Set(secrets));
  } catch (error) {
    assert.ok(error instanceof BadConfig, String(error));
    return error.message.split("\n\n").slice(1);
  }
  return [];
}

function put(path: string, value: unknown) {
  return (config: unknown) => {
    const parts = path.match(/\w+/g) ?? [];
    const last = parts.pop() ?? "";
    const above = parts.reduce(
      // biome-ignore lint/suspicious/noExplicitAny: the test writes anything anywhere.
      (tree: any, part) => {
        tree[part] ??= {};
        return tree[part];
      },
      config,
    );
    if (value === undefined) delete above[last];
    else above[last] = value;
  };
}

function told(path: string, found: string, allowed: string, fix: string): string {
  return `quintet:${path}: found ${found}.\n  Allowed: ${allowed}.\n  Fix:     pulumi config ${fix}`;
}

const addressAllowed = "an address in networks.lan that no other host has";
const passwordAllowed = "an encrypted text of at least 12 letters, digits and . _ ~ -";
const networkApart = "a network that has no address in common with another one of the site";
const outside = "the interface of the gateway that leads outside, another one than lanInterface";

test("the sample is a good config", () => {
  assert.deepEqual(
    problems(() => {}),
    [],
  );
});

const cases: [sentence: string, path: string, value: unknown, ...expected: string[]][] = [
  [
    "an unknown key",
    "gatway",
    "compute1",
    told(
      "gatway",
      "a key that is not known",
      "profile, sshConfig, hosts, networks, gluster, hypervisor, time, dashboard, passwords, rotation, sizes, services, tenant, acceptance, protectData, down, abandoned",
      "rm --path 'quintet:gatway'",
    ),
  ],
  [
    "an unknown key of a host, with the key that was meant",
    "hosts[2].adress",
    "192.168.0.2",
    told(
      "hosts[2].adress",
      "a key that is not known (did you mean address?)",
      "name, aliases, address, roles, lanInterface, publicInterface, publicAddress",
      "rm --path 'quintet:hosts[2].adress'",
    ),
  ],
  [
    "an unknown key with a dot in its name",
    "gluster",
    { "volume.name": "x" },
    told(
      'gluster["volume.name"]',
      "a key that is not known",
      "volume, brick, replica, hosts",
      `rm --path 'quintet:gluster["volume.name"]'`,
    ),
  ],
  [
    "a wrong type at the top",
    "protectData",
    "yes",
    told("protectData", '"yes"', "true or false", "set --path 'quintet:protectData' true"),
  ],
  [
    "a wrong type below",
    "gluster",
    { replica: "four" },
    told(
      "gluster.replica",
      '"four"',
      "a whole number from 2 to 16",
      "set --path 'quintet:gluster.replica' 2",
    ),
  ],
  [
    "a map where a list belongs",
    "hosts[2].roles",
    { compute: true },
    told(
      "hosts[2].roles",
      '{"compute":true}',
      "a list of at least one of controller, compute, gateway",
      "rm --path 'quintet:hosts[2].roles' && pulumi config set --path 'quintet:hosts[2].roles[0]' compute",
    ),
  ],
  [
    "no hosts at all",
    "hosts",
    undefined,
    told(
      "hosts",
      "nothing",
      "a list of hosts, each with name, address, roles and lanInterface",
      "set --path 'quintet:hosts[0].name' controller",
    ),
  ],
  [
    "a host without an address, with one that is free",
    "hosts[3].address",
    undefined,
    told(
      "hosts[3].address",
      "nothing",
      "an IPv4 address, four numbers from 0 to 255",
      "set --path 'quintet:hosts[3].address' 192.168.0.3",
    ),
  ],
  [
    "an address that is none",
    "hosts[3].address",
    "192.168.0.03",
    told(
      "hosts[3].address",
      '"192.168.0.03"',
      "an IPv4 address, four numbers from 0 to 255",
      "set --path 'quintet:hosts[3].address' 192.168.0.3",
    ),
  ],
  [
    "a role that there is not",
    "hosts[3].roles[0]",
    "storage",
    told(
      "hosts[3].roles[0]",
      '"storage"',
      "controller, compute, gateway",
      "set --path 'quintet:hosts[3].roles[0]' compute",
    ),
  ],
  [
    "an unknown profile",
    "profile",
    "centos7",
    told(
      "profile",
      '"centos7"',
      "one of debian13-epoxy",
      "set --path 'quintet:profile' debian13-epoxy",
    ),
  ],
  [
    "a host named twice",
    "hosts[4].name",
    "compute3",
    told(
      "hosts[4].name",
      '"compute3", a name that hosts[3] has already',
      "a name or alias that is on the list once",
      "set --path 'quintet:hosts[4].name' compute4",
    ),
  ],
  [
    "an alias that is another host's name",
    "hosts[1].aliases[0]",
    "controller",
    told(
      "hosts[1].aliases[0]",
      '"controller", a name that hosts[0] has already',
      "a name or alias that is on the list once",
      "rm --path 'quintet:hosts[1].aliases[0]'",
    ),
  ],
  [
    "an address twice",
    "hosts[4].address",
    "192.168.0.3",
    told(
      "hosts[4].address",
      '"192.168.0.3", the address of compute3 too',
      addressAllowed,
      "set --path 'quintet:hosts[4].address' 192.168.0.4",
    ),
  ],
  [
    "an address outside the LAN",
    "hosts[2].address",
    "192.168.1.2",
    told(
      "hosts[2].address",
      '"192.168.1.2", which no host can have in networks.lan, 192.168.0.0/24',
      addressAllowed,
      "set --path 'quintet:hosts[2].address' 192.168.0.2",
    ),
  ],
  [
    "the LAN's broadcast address",
    "hosts[2].address",
    "192.168.0.255",
    told(
      "hosts[2].address",
      '"192.168.0.255", which no host can have in networks.lan, 192.168.0.0/24',
      addressAllowed,
      "set --path 'quintet:hosts[2].address' 192.168.0.2",
    ),
  ],
  [
    "networks that overlap",
    "networks.vms",
    "192.168.0.128/25",
    told(
      "networks.vms",
      '"192.168.0.128/25", which overlaps networks.lan, 192.168.0.0/24',
      networkApart,
      "set --path 'quintet:networks.vms' 10.0.0.0/24",
    ),
  ],
  [
    "a network inside the one for VMs that nobody named",
    "networks",
    { lan: "192.168.0.0/24", public: "10.0.0.0/8" },
    told(
      "networks.public",
      '"10.0.0.0/8", which overlaps networks.vms, 10.0.0.0/24',
      networkApart,
      "set --path 'quintet:networks.public' 203.0.113.0/24",
    ),
  ],
  [
    "a network written with one of its hosts' addresses",
    "networks.vms",
    "10.0.0.1/24",
    told(
      "networks.vms",
      `"10.0.0.1/24", whose address is not the network's first`,
      "the network's first address and the length of its prefix",
      "set --path 'quintet:networks.vms' 10.0.0.0/24",
    ),
  ],
  [
    "a network too small to be one",
    "networks.vms",
    "10.0.0.0/31",
    told(
      "networks.vms",
      '"10.0.0.0/31"',
      "a prefix from /8 to /29",
      "set --path 'quintet:networks.vms' 10.0.0.0/24",
    ),
  ],
  [
    "no gateway",
    "hosts[1].roles",
    ["compute"],
    told(
      "hosts",
      "no host with the role gateway",
      "exactly one host with the role gateway",
      "set --path 'quintet:hosts[1].roles[1]' gateway",
    ),
  ],
  [
    "a public interface on a host that is not the gateway",
    "hosts[2].publicInterface",
    "eth0",
    told(
      "hosts[2].publicInterface",
      '"eth0" on compute2, which is not the gateway',
      "nothing: only the gateway is connected to the outside",
      "rm --path 'quintet:hosts[2].publicInterface'",
    ),
  ],
  [
    "a public address outside the public network",
    "hosts[1].publicAddress",
    "203.0.114.2",
    told(
      "hosts[1].publicAddress",
      '"203.0.114.2", which no host can have in networks.public',
      "an address in networks.public, 203.0.113.0/24",
      "set --path 'quintet:hosts[1].publicAddress' 203.0.113.1",
    ),
  ],
  [
    "two controllers",
    "hosts[2].roles",
    ["compute", "controller"],
    told(
      "hosts[2].roles",
      "a second controller; controller is one",
      "exactly one host with the role controller",
      "rm --path 'quintet:hosts[2].roles[1]'",
    ),
  ],
  [
    "a role twice on one host",
    "hosts[2].roles",
    ["compute", "compute"],
    told(
      "hosts[2].roles[1]",
      '"compute" once more',
      "each of controller, compute, gateway once",
      "rm --path 'quintet:hosts[2].roles[1]'",
    ),
  ],
  [
    "a gateway with no way out",
    "hosts[1].publicInterface",
    undefined,
    told(
      "hosts[1].publicInterface",
      "nothing",
      outside,
      "set --path 'quintet:hosts[1].publicInterface' eth0",
    ),
  ],
  [
    "a gateway with one interface for both sides",
    "hosts[1].lanInterface",
    "eth0",
    told(
      "hosts[1].publicInterface",
      '"eth0", which is lanInterface too',
      outside,
      "set --path 'quintet:hosts[1].publicInterface' eth1",
    ),
  ],
  [
    "a public address in the LAN",
    "hosts[1].publicAddress",
    "192.168.0.77",
    told(
      "hosts[1].publicAddress",
      '"192.168.0.77", an address of networks.lan',
      "an address in networks.public, 203.0.113.0/24",
      "set --path 'quintet:hosts[1].publicAddress' 203.0.113.1",
    ),
  ],
  [
    "more copies than bricks",
    "gluster",
    { replica: 5 },
    told(
      "gluster.replica",
      "5 copies on 4 bricks, one on each host with the role compute",
      "a number that divides 4: 2, 4; or other bricks, by the list gluster.hosts",
      "set --path 'quintet:gluster.replica' 4",
    ),
  ],
  [
    "copies that do not come out even",
    "gluster",
    { replica: 3 },
    told(
      "gluster.replica",
      "3 copies on 4 bricks, one on each host with the role compute",
      "a number that divides 4: 2, 4; or other bricks, by the list gluster.hosts",
      "set --path 'quintet:gluster.replica' 4",
    ),
  ],
  [
    "a brick below a folder of the system",
    "gluster",
    { brick: "/var/lib/nova/brick" },
    told(
      "gluster.brick",
      '"/var/lib/nova/brick", which is below /var/lib/nova',
      "a folder on a file system for data, not below one of the system's",
      "set --path 'quintet:gluster.brick' /export/brick/instances",
    ),
  ],
  [
    "a brick that could be a mount point",
    "gluster",
    { brick: "/export" },
    told(
      "gluster.brick",
      '"/export"',
      "an absolute path of at least two folders, the last of which is the brick alone",
      "set --path 'quintet:gluster.brick' /export/brick/instances",
    ),
  ],
  [
    "a host that is down and does not exist",
    "down",
    ["compute2", "compute7"],
    told(
      "down[1]",
      '"compute7", which is no host',
      "controller, compute1, compute2, compute3, compute4",
      "rm --path 'quintet:down[1]'",
    ),
  ],
  [
    "a name where a list of names belongs",
    "down",
    "compute2",
    told(
      "down",
      '"compute2"',
      "a list of names of hosts that are away for a while",
      "rm --path 'quintet:down' && pulumi config set --path 'quintet:down[0]' compute3",
    ),
  ],
  [
    "a counter below nothing",
    "rotation",
    { nova: -1 },
    told(
      "rotation.nova",
      "-1",
      "a whole number from 0 to 1000000",
      "set --path 'quintet:rotation.nova' 1",
    ),
  ],
];

describe("a config is refused for", () => {
  for (const [sentence, path, value, ...expected] of cases) {
    test(sentence, () => {
      assert.deepEqual(problems(put(path, value)), expected);
    });
  }
});

describe("the commands in the messages mend the config with", () => {
  for (const [sentence, path, value] of cases) {
    test(sentence, () => {
      const edit = put(path, value);
      const commands = problems(edit).flatMap(
        (problem) => problem.match(/pulumi config .*?(?= && |$)/gm) ?? [],
      );
      const left = problems((config) => {
        edit(config);
        for (const command of commands) obey(config, command);
      });
      // Without any host there is more to say than one command can.
      const expected = path === "hosts" ? /^quintet:hosts\[0\]\.address: found nothing/ : /^$/;
      assert.match(left.join("\n\n"), expected);
    });
  }
});

/** What the CLI does with the stack's file. */
function obey(config: unknown, command: string): void {
  const [, verb, place = "", word] =
    command.match(/^pulumi config (set|rm) --path '(.*?)' ?(\S*)$/) ?? assert.fail(command);
  const parts = [...place.matchAll(/\["(.*?)"\]|\[(\d+)\]|([\w-]+)(?!:)\b/g)];
  const path = parts.map(([, quoted, index, name]) => quoted ?? name ?? Number(index));
  const last = path.pop() ?? assert.fail(place);
  // biome-ignore lint/suspicious/noExplicitAny: the command may lead anywhere.
  let above: any = config;
  for (const [index, part] of path.entries()) {
    above[part] ??= typeof (path[index + 1] ?? last) === "number" ? [] : {};
    above = above[part];
  }
  if (verb === "set")
    above[last] = /^(\d+|true|false)$/.test(word ?? "") ? JSON.parse(word ?? "") : word;
  else if (Array.isArray(above)) above.splice(Number(last), 1);
  else delete above[last];
}

describe("a password of one's own", () => {
  const bring = (password: unknown) => put("passwords", { nova: password });
  const fix = "set --secret --path 'quintet:passwords.nova'";

  test("is taken when it is encrypted, long enough and harmless", () => {
    assert.deepEqual(problems(bring("aB3._~-aB3._"), ["quintet:passwords.nova"]), []);
  });

  test("is refused in plain text, and not repeated", () => {
    const found = "a password in plain text (the file's history keeps it: choose another one)";
    assert.deepEqual(problems(bring("open-sesame-1234")), [
      told("passwords.nova", found, passwordAllowed, fix),
    ]);
  });

  test("is refused in plain text beside an encrypted one", () => {
    const both = put("passwords", { nova: "open-sesame-1234", glance: "open-sesame-5678" });
    const [first, ...more] = problems(both, ["quintet:passwords.glance"]);
    assert.match(first ?? "", /^quintet:passwords\.nova: found a password in plain text/);
    assert.deepEqual(more, []);
  });

  test("is refused when it is short", () => {
    assert.deepEqual(problems(bring("elevenchars"), ["quintet:passwords"]), [
      told("passwords.nova", "a password of 11 characters", passwordAllowed, fix),
    ]);
  });

  for (const character of "@:/#%$ ;='\"\\ä") {
    test(`is refused with ${character} in it`, () => {
      assert.deepEqual(problems(bring(`long-enough${character}yes`), ["quintet:passwords"]), [
        told(
          "passwords.nova",
          "a password with characters that URLs or ini files misread",
          passwordAllowed,
          fix,
        ),
      ]);
    });
  }

  test("that is no text is refused and not repeated", () => {
    assert.deepEqual(problems(bring(424242424242)), [
      told("passwords.nova", "a hidden value", passwordAllowed, fix),
    ]);
  });
});

test("an encrypted value of any key is not repeated in a message", () => {
  const [message = ""] = problems(put("down", "hush-hush"), ["quintet:down"]);
  assert.match(message, /^quintet:down: found a text of 9 characters\./);
});

test("a value with an encrypted part is not repeated either", () => {
  const [message = ""] = problems(put("hosts", { name: "hush-hush" }), ["quintet:hosts.name"]);
  assert.match(message, /^quintet:hosts: found a hidden value\./);
});

for (const place of ["tenant", "tenant.member", "tenant.publicKey.0"]) {
  test(`a private key at ${place} is not repeated`, () => {
    const [said = ""] = problems(put(place, "-----BEGIN RSA PRIVATE KEY-----\nMIIEpAIBAAKCAQEA"));
    assert.match(said, /found a private key, not shown here/);
    assert.doesNotMatch(said, /BEGIN|MII/);
  });
}

test("problems of shape and of sense are told in one go", () => {
  const found = problems((config) => {
    put("hosts[0].address", 5)(config);
    put("hosts[3].adress", "192.168.0.3")(config);
    put("hosts[4].address", "192.168.0.2")(config);
    put("networks.vms", "192.168.0.0/16")(config);
    put("gluster", { replica: 3 })(config);
    put("passwords", { nova: "short" })(config);
    put("down", ["compute9"])(config);
  });
  assert.deepEqual(
    found.map((text) => text.slice(0, text.indexOf(": found"))),
    [
      "quintet:hosts[0].address",
      "quintet:hosts[3].adress",
      "quintet:down[0]",
      "quintet:networks.vms",
      "quintet:hosts[4].address",
      "quintet:gluster.replica",
      "quintet:passwords.nova",
    ],
  );
});

test("a controller runs guests only where there are no services", () => {
  const both = (services: boolean) => (config: unknown) => {
    put("services", services)(config);
    put("hosts[0].roles", ["controller", "compute"])(config);
    put("gluster.replica", 5)(config);
  };
  assert.deepEqual(problems(both(false)), []);
  assert.deepEqual(problems(both(true)), [
    told(
      "hosts[0].roles",
      "controller and compute on one host, with services",
      "with services, a controller that runs no guests",
      "rm --path 'quintet:hosts[0].roles[1]'",
    ),
  ]);
});

test("two commands do not suggest the same address", () => {
  const found = problems((config) => {
    put("hosts[3].address", undefined)(config);
    put("hosts[4].address", "192.168.0.1")(config);
    put("hosts[2].address", "10.9.9.9")(config);
  });
  const suggested = found.map((text) => text.match(/\S+$/)?.[0]);
  assert.deepEqual(suggested, ["192.168.0.2", "192.168.0.3", "192.168.0.4"]);
});

test("a host whose roles cannot be read is not called a missing gateway or brick", () => {
  assert.equal(problems(put("hosts[1].roles", "gateway")).length, 1);
});

test("the message counts the problems and says nothing of the program's insides", () => {
  assert.throws(
    () => readConfig({}, new Set()),
    (error: Error) => {
      assert.match(
        error.message,
        /^2 problems in the stack's config\.\n\nquintet:hosts: found nothing/,
      );
      assert.equal(error.stack, `BadConfig: ${error.message}`);
      return true;
    },
  );
});

test("keys of other programs are not ours to judge", () => {
  const config = { ...texts(sample()), "pulumi:tags": "{}", "command:x": "1" };
  assert.equal(readConfig(config, new Set()).profile, "debian13-epoxy");
});
