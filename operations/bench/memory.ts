import { spawnSync } from "node:child_process";
import { siteOfStack } from "../../site/stack-site.ts";
import { testbedStack } from "../pulumi/settings.ts";
import { CommandFailed } from "../run.ts";
import { sshConfig } from "./ground.ts";
import { round, type Table } from "./table.ts";

const guest = "bench";

/** The proportional set size of all processes of each host, in GiB, with one guest in the cloud. */
export async function memoryOfCloud(): Promise<Table> {
  on(
    "controller",
    `openstack --os-cloud admin server create --image tiny --flavor tiny --network guests --wait ${guest}`,
  );
  const hosts = siteOfStack(testbedStack).hosts.map(({ name }) => name);
  const sizes = hosts.map((host) => {
    // A process may end while it is looked at.
    const kilobytes = on(
      host,
      "cat /proc/[0-9]*/smaps_rollup 2>/dev/null | awk '/^Pss:/ { sum += $2 } END { print sum }'",
    );
    return Number(kilobytes) / 2 ** 20;
  });
  on("controller", `openstack --os-cloud admin server delete --wait ${guest}`);
  const together = sizes.reduce((sum, size) => sum + size, 0);
  return {
    title: "Memory of the cloud with one guest: PSS in GiB, at most 6 wanted",
    head: [...hosts, "together"],
    rows: [[...sizes, together].map(round)],
  };
}

function on(host: string, script: string): string {
  const words = ["-F", sshConfig, host, "exec sh -s"];
  const options = { input: script, encoding: "utf8", timeout: 300_000 } as const;
  const ended = spawnSync("ssh", words, options);
  if (ended.status === 0) return ended.stdout;
  throw new CommandFailed(`ssh ${host}: ${script}`, ended, "look at that host.");
}
