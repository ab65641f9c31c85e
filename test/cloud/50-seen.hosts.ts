import assert from "node:assert/strict";
import { join } from "node:path";
import { describe, test } from "node:test";
import { hosts, onEveryHost, onHost, testbed } from "../acceptance/cloud.ts";
import { withGuests } from "./guests.ts";

/** The ports on which anything listens for others than its own host. */
async function listening(): Promise<string[]> {
  const said = await onEveryHost(
    `ss -Htln | awk '$4 !~ /^(127\\.|\\[::1\\])/ { sub(/.*:/, "", $4); print $4 }'`,
  );
  return [...new Set([...said.values()].flatMap((text) => text.split("\n")).filter(Boolean))];
}

const forHostsOnly = ["3306", "5672", "4369", "25672", "11211", "6080"];

describe("what is seen of the hosts", () => {
  test("from a guest: no port", async () => {
    await withGuests(async ({ ways, first }) => {
      const { site } = ways;
      const ports = await listening();
      assert.ok(ports.length > 15 && ports.includes("22"), ports.join(" "));
      const addresses = [...site.hosts.map(({ address }) => address), site.networks.vmsGateway];
      for (const address of addresses) {
        const heard = await first.says(
          `for p in ${ports.join(" ")}; do (nc -w 2 ${address} $p </dev/null >/dev/null 2>&1 && echo $p) & done; wait`,
          60,
        );
        assert.equal(heard, "", `${address} answers ${first.name}`);
      }
      // The control: what does answer is heard.
      const control = `nc -w 2 ${first.address} 22 </dev/null >/dev/null && echo heard`;
      assert.equal(await first.says(control), "heard\n");
    });
  });

  test("from the LAN: database, queue, cache and screens by the five hosts only", async () => {
    const address = "192.168.0.5";
    const program = join(import.meta.dirname, "answering.ts");
    const said = await testbed("op", "node", program, address, "5000", "22", ...forHostsOnly);
    assert.deepEqual(said.trim().split("\n").toSorted(), ["22", "5000"]);
    for (const host of hosts) {
      const probe = forHostsOnly
        .slice(0, 2)
        .map((port) => `timeout 3 bash -c 'exec 5<>/dev/tcp/${address}/${port}' && echo ${port}`);
      assert.equal(await onHost(host, probe.join("\n")), "3306\n5672\n", host);
    }
  });
});
