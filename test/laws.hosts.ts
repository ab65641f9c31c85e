import { resolve } from "node:path";
import { allFixtures } from "./fixtures.ts";
import { laws } from "./laws.ts";
import { hostPlace } from "./places.ts";

const sshConfig = resolve(process.env.QUINTET_TESTBED ?? ".testbed", "ssh_config");
const only = process.env.KIND;
for (const fixture of await allFixtures()) {
  if (fixture.place !== "host" || (only && fixture.state.kind !== only)) continue;
  laws(fixture, () => hostPlace(fixture.host ?? "compute2", sshConfig));
}
