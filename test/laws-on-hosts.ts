import { resolve } from "node:path";
import { describe } from "node:test";
import { type AnyFixture, allFixtures } from "./fixtures.ts";
import { laws } from "./laws.ts";
import { hostPlace } from "./places.ts";

const sshConfig = resolve(process.env.QUINTET_TESTBED ?? ".testbed", "ssh_config");

/** Declares the laws of all kinds that are tried there, or of those that KIND names ("Role,User"). */
export async function lawsOnHosts(where: "host" | "cloud"): Promise<void> {
  const only = process.env.KIND?.split(",");
  const fixtures = (await allFixtures()).filter(
    ({ place, state }) => place === where && (!only || only.includes(state.kind)),
  );
  const byHost = Map.groupBy(fixtures, (fixture) => fixture.host ?? "compute2");
  describe("on all hosts at once", { concurrency: byHost.size }, () => {
    // What is within inherits how many run at once, unless it is told.
    for (const [host, all] of byHost) {
      describe(host, { concurrency: 1 }, () => lawsOnHost(host, all));
    }
  });
}

function lawsOnHost(host: string, fixtures: readonly AnyFixture[]): void {
  for (const [index, fixture] of fixtures.entries()) {
    // What several kinds need (an API and all that it takes) stays until the last of them.
    const { takeAway, ...lasting } = fixture;
    const later = fixtures.slice(index + 1).some((other) => other.takeAway === takeAway);
    laws(later ? lasting : fixture, () => hostPlace(host, sshConfig));
  }
}
