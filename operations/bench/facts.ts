/** One thing to ask of a host, in the words that Ansible and pyinfra share. */
export interface Fact {
  readonly host: string;
  readonly what:
    | "file"
    | "content"
    | "folder"
    | "ini"
    | "line"
    | "no line"
    | "packages"
    | "no packages"
    | "service"
    | "sysctl"
    | "module"
    | "mount"
    | "command";
  readonly words: Readonly<Record<string, string | boolean | readonly string[]>>;
}

/** What `pulumi stack export` says of one resource, as far as it matters here. */
export interface StoredResource {
  readonly type: string;
  readonly inputs?: Readonly<Record<string, unknown>> & {
    readonly at?: { readonly host: string; readonly key: Record<string, string> };
  };
}

const notManaged = ["at", "secrets", "after", "__provider"];

/**
 * The promises of a stack as questions to each host: the same things are looked at, one question for
 * each that another tool would look at by itself (a file, a key, a line, a rule, a unit).
 */
export function factsOf(resources: readonly StoredResource[]): Fact[] {
  const facts = resources.flatMap(({ type, inputs }) => {
    const { at } = inputs ?? {};
    if (at === undefined || !type.startsWith("pulumi-nodejs:dynamic/host:")) return [];
    const managed = Object.entries(inputs ?? {}).filter(([name]) => !notManaged.includes(name));
    const kind = type.slice(type.lastIndexOf(":") + 1);
    const asked = questions(kind, at.key, new Map(managed));
    return asked.map(([what, words]) => ({ host: at.host, what, words }));
  });
  return facts.map((fact) => {
    const onHost = facts.filter(({ host }) => host === fact.host);
    if (isCovered(fact, onHost)) {
      return { ...fact, what: "command", words: { script: `stat ${fact.words.path}` } };
    }
    return isAwokenBySocket(fact, onHost) ? withWords(fact, { state: "any" }) : fact;
  });
}

/** A folder under a mount shows the owner of what is mounted there, which is not what is promised. */
function isCovered({ what, words }: Fact, onHost: readonly Fact[]): boolean {
  return (
    what === "folder" &&
    onHost.some((other) => other.what === "mount" && other.words.path === words.path)
  );
}

/** Such a unit may rest: to us that is well, to the others it is a difference. */
function isAwokenBySocket({ what, words }: Fact, onHost: readonly Fact[]): boolean {
  const [, stem] = /^(.+)\.service$/.exec(String(words.unit)) ?? [];
  const sockets = onHost
    .map((other) => String(other.words.unit))
    .filter((unit) => unit.endsWith(".socket"));
  return what === "service" && sockets.some((unit) => stem !== undefined && unit.startsWith(stem));
}

function withWords(fact: Fact, words: Fact["words"]): Fact {
  return { ...fact, words: { ...fact.words, ...words } };
}

type Asked = [Fact["what"], Fact["words"]];

function questions(
  kind: string,
  key: Readonly<Record<string, string>>,
  value: ReadonlyMap<string, unknown>,
): Asked[] {
  const { path = "", name = "" } = key;
  const word = (property: string) => String(value.get(property) ?? "");
  const dress = { path, owner: word("owner"), group: word("group"), mode: word("mode") };
  const known: Record<string, () => Asked[]> = {
    Directory: () => [["folder", dress]],
    File: () => {
      const content = word("content");
      // A secret content stands in the state as a word; whose the file is can be asked all the same.
      const isSecret = /^(in place|differs|absent)/.test(content);
      return [isSecret ? ["file", dress] : ["content", { ...dress, content }]];
    },
    IniFile: () =>
      texts(value).flatMap(([id, text]): Asked[] => {
        const slash = id.indexOf("/");
        if (slash < 0) return [];
        const section = id.slice(0, slash);
        return [["ini", { path, section, option: id.slice(slash + 1), value: text }]];
      }),
    Lines: () =>
      [...value].map(([id, line]) =>
        typeof line === "string"
          ? ["line", { path, line }]
          : ["no line", { path, regexp: `^${id.replaceAll(/[.*+?^${}()|[\]\\]/g, "\\$&")}\\s` }],
      ),
    Packages: () => {
      const wanted = texts(value).filter(([one]) => !["half-installed", "noted"].includes(one));
      const present = wanted.filter(([, state]) => state !== "absent").map(([one]) => one);
      const absent = wanted.filter(([, state]) => state === "absent").map(([one]) => one);
      return [
        ...(present.length > 0 ? [["packages", { names: present }] satisfies Asked] : []),
        ...(absent.length > 0 ? [["no packages", { names: absent }] satisfies Asked] : []),
      ];
    },
    Service: () => [
      [
        "service",
        {
          unit: key.unit ?? "",
          enabled: value.get("enabled") === true,
          masked: value.get("enabled") === "masked",
          state: value.get("active") === true ? "started" : "stopped",
        },
      ],
    ],
    Sysctl: () => [["sysctl", { name, value: word("runtime") }]],
    KernelModule: () => [["module", { name }]],
    Mount: () => [["mount", { path, source: word("source"), type: word("type") }]],
    IptablesRules: () =>
      texts(value)
        .filter(([, rule]) => rule.startsWith("-"))
        .map(() => ["command", { script: `iptables -t ${key.table} -S ${key.chain}` }]),
    Task: () => [["command", { script: word("check") }]],
    Platform: () => [["command", { script: "cat /etc/os-release; df -Pm /" }]],
    GlusterPeers: () => [["command", { script: "gluster pool list" }]],
    GlusterVolume: () => [["command", { script: `gluster volume info ${name}` }]],
    Brick: () => [["command", { script: `stat ${path}` }]],
  };
  const ask = known[kind];
  if (ask === undefined) throw new Error(`the bench does not know how others ask for a ${kind}`);
  return ask();
}

function texts(value: ReadonlyMap<string, unknown>): [string, string][] {
  return [...value].filter((entry): entry is [string, string] => typeof entry[1] === "string");
}
