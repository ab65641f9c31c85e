import { clone } from "./clone.ts";
import { promisesOf } from "./state.ts";

/** What a person reads when all stands: what it is, how to look at it, what to try, and how to go on. */
export function summary(): string {
  return [
    "",
    "What stands",
    ...standing().map((line) => `  ${line}`),
    "",
    "Look",
    "  npm run testbed -- status                          the hosts",
    "  npm run testbed -- ssh compute2                    a shell on one of them",
    "  npx pulumi stack --show-urns --stack testbed       every promise",
    "",
    "Try",
    "  npm run testbed -- ssh compute1 sysctl -w net.ipv4.ip_forward=0    break something",
    "  npx pulumi preview --stack testbed                 see what differs from the promises",
    "  npm run drift -- --stack testbed                   the same as a table, for people and CI",
    "  npx pulumi up --stack testbed                      repair it",
    "  npx pulumi destroy --stack testbed                 put the hosts back as they were found",
    "  npm run testbed -- down                            remove the hosts",
    "",
    "To call pulumi without npx in this shell:",
    howToCall(),
  ].join("\n");
}

function standing(): string[] {
  const hosts = promisesOf("testbed");
  const width = Math.max(...hosts.map(([host]) => host.length));
  return hosts.map(([host, kinds]) => `${host.padEnd(width)}  ${kinds}`);
}

/** From a folder with a space in its name the line must work as well. */
function howToCall(): string {
  const program = `${clone}/operations/env`;
  return /^[A-Za-z0-9_@%+=:,./-]+$/.test(program)
    ? `eval "$(${program})"`
    : `eval "$('${program.replaceAll("'", `'\\''`)}')"`;
}
