import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { load } from "js-yaml";
import { readConfig } from "../../site/config.ts";
import { keysAt } from "../../site/said.ts";
import { schema } from "../../site/schema.ts";
import { parseSite } from "../../site/site.ts";
import { texts } from "../site/sample.ts";

type Tree = Record<string, unknown>;

const page = readFileSync(new URL("../../docs/stack.yaml", import.meta.url), "utf8");
// A # with no blank after it holds a key back; below such a line there are two blanks or more.
const whole = page.replace(/^( *)#(?=\S| {2,}\S)/gm, "$1");

function configIn(text: string): Tree {
  const { config } = load(text) as { config: Tree };
  return Object.fromEntries(
    Object.entries(config).map(([key, value]) => [key.replace(/^quintet:/, ""), value]),
  );
}

const has = (tree: unknown, key: string) => Object.hasOwn(tree as Tree, key);

test("a stack's template is taken as it stands", () => {
  const site = parseSite(texts(configIn(page)), new Set());
  assert.equal(site.hosts.length, 5);
  assert.equal(site.services, true);
  assert.equal(site.protectData, true);
  assert.equal(site.dashboard?.url, "https://203.0.113.2");
});

test("what it holds back is the default, but for examples where there is none", () => {
  const [plain, full] = [page, whole].map((text) => {
    const { networks, gluster, time, dashboard, tenant, hosts, ...config } = readConfig(
      texts(configIn(text)),
      new Set(),
    );
    const { image, dns, ...others } = tenant;
    const { aliases, ...first } = { ...hosts[0] };
    return {
      ...config,
      hosts: [first, ...hosts.slice(1)],
      networks: { lan: networks.lan, vms: networks.vms },
      gluster: { volume: gluster.volume, brick: gluster.brick },
      steersClock: time.steersClock,
      tenant: { ...others, image: { ...image, checksum: "" } },
      examples: [networks.operators, gluster.hosts, time.servers, dashboard.url, dns, aliases],
    };
  });
  const empty = [[], undefined, [], undefined, [], []];
  assert.deepEqual(plain?.examples, empty);
  for (const example of full?.examples ?? []) assert.ok(example && example.length > 0);
  assert.deepEqual({ ...full, examples: empty }, plain);
});

test("it has every key that there is", () => {
  const config = configIn(whole);
  // What is a secret, or goes with one, is not written by hand.
  const byCommand = ["passwords", "dashboard.certificate", "dashboard.key"];
  for (const key of byCommand) assert.ok(page.includes(` --path quintet:${key}`), key);
  const lacking = keysAt(schema, []).flatMap((key) => {
    if (!has(config, key)) return [key];
    // A few of them show how.
    if (key === "rotation") return [];
    const [trees, place] =
      key === "hosts" ? [config.hosts as Tree[], [key, 0]] : [[config[key]], [key]];
    const below = keysAt(schema, place).filter((one) => !trees.some((tree) => has(tree, one)));
    return below.map((one) => `${key}.${one}`);
  });
  const { image } = config.tenant as { image: Tree };
  assert.deepEqual(lacking.sort(), ["dashboard.certificate", "dashboard.key", "passwords"]);
  assert.deepEqual(Object.keys(image).sort(), [...keysAt(schema, ["tenant", "image"])].sort());
});
