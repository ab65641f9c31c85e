import type { Profile } from "../../profiles/profile.ts";
import { query } from "../../providers/cloud/found.ts";
import { Guest, Unready, until } from "./guest.ts";
import { drawKeyPair } from "./key.ts";
import type { Guests } from "./steps.ts";
import type { Person, Ways } from "./ways.ts";

/** What everything that a verification makes is called. */
const mark = "quintet-verify";
const groups = "/v2.0/security-groups";

/**
 * Asks for two guests, in the group that every guest is in and in one of their own, with a key that
 * nobody else has. What an earlier verification has left behind, broken off, goes first.
 */
export async function makeGuests(ways: Ways, profile: Profile): Promise<Guests> {
  const { member } = ways;
  await removeGuests(ways);
  const key = drawKeyPair();
  await member.send("bring a key", "POST", "compute", "/v2.1/os-keypairs", {
    keypair: { name: mark, type: "ssh", public_key: key.public },
  });
  const made = await member.send("make a group", "POST", "network", groups, {
    security_group: { name: mark, description: "Made by a verification, and removed by it" },
  });
  const { id: group } = made.security_group as { id: string };
  const user = ways.site.tenant.image?.user ?? "root";
  const ask = (name: string) =>
    Guest.ask(ways, {
      name,
      key: { name: mark, private: key.private },
      groups: ["default", mark],
      user,
    });
  const [first, second] = [await ask(`${mark}-1`), await ask(`${mark}-2`)];
  return { ways, first, second, group, profile };
}

/** Removes all of it, whoever made it. */
export async function removeGuests({ member }: Ways): Promise<string> {
  const own = () => ours(member, "compute", "/v2.1/servers", "servers");
  const servers = await own();
  for (const { id } of servers) {
    await member.send("remove a guest", "DELETE", "compute", `/v2.1/servers/${id}`);
  }
  await until("the guests are gone", 120, async () => {
    const left = await own();
    if (left.length === 0) return true;
    throw new Unready(left.map((one) => one.name).join(", "));
  });
  for (const { id } of await ours(member, "network", groups, "security_groups")) {
    await member.send("remove a group", "DELETE", "network", `${groups}/${id}`);
  }
  await member.send("remove a key", "DELETE", "compute", `/v2.1/os-keypairs/${mark}`);
  return `${servers.length} guests, a group, a key`;
}

async function ours(member: Person, service: string, path: string, list: string) {
  // Nova takes a name for a pattern, and finds both guests by what they share.
  const found = await member.list(service, `${path}${query({ name: mark })}`, list);
  return found.filter(({ name }) => String(name).startsWith(mark));
}
