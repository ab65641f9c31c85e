import { selectProfile } from "../profiles/profile.ts";
import { clone } from "./clone.ts";
import { countPromises, dashboardOf, type StateResource } from "./state.ts";

/** What a person reads when all stands: what it is, how to look at it, what to try, and how to go on. */
export function summary(resources: readonly StateResource[]): string {
  const dashboard = dashboardOf(resources);
  return [
    "",
    "What stands",
    ...standing(resources).map((line) => `  ${line}`),
    "",
    ...(dashboard === undefined ? [] : inBrowser(dashboard)),
    "Look",
    "  npm run testbed -- status                          the hosts",
    "  npm run testbed -- ssh compute2                    a shell on one of them",
    "  npx pulumi stack --show-urns --stack testbed       every promise",
    "  npm run cloud -- doctor --stack testbed            what is not well, worst first",
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

function standing(resources: readonly StateResource[]): string[] {
  const hosts = countPromises(resources);
  const width = Math.max(...hosts.map(([host]) => host.length));
  return hosts.map(([host, kinds]) => `${host.padEnd(width)}  ${kinds}`);
}

/** How to open the dashboard from the machine itself and from one's own, and who to log in as. */
function inBrowser(url: string): string[] {
  const port = new URL(url).port || "443";
  const { certificate } = selectProfile("debian13-epoxy").dashboard;
  const row = (command: string, what: string) => `  ${command.padEnd(50)} ${what}`;
  return [
    "The cloud in a browser",
    row(url, "from this machine"),
    row(`ssh -L ${port}:localhost:${port} THIS-MACHINE`, "on another machine, and there the same"),
    row(`npm run testbed -- relay ${port}`, "shows it there anew, when it is gone"),
    "  Log in with a username and password of clouds.yaml: the member's for everyday work, or admin's.",
    "  The certificate, which browsers do not know:",
    `  npm run -s testbed -- ssh gateway cat ${certificate.path}`,
    "",
    "The cloud by commands",
    row("npm run cloud -- verify", "boots guests, logs in, moves one live, removes them"),
    row("npm run testbed -- op openstack \\", "the stock client, as the member"),
    row("  --os-cloud member server list", ""),
    "",
  ];
}

/** From a folder with a space in its name the line must work as well. */
function howToCall(): string {
  const program = `${clone}/operations/env`;
  return /^[A-Za-z0-9_@%+=:,./-]+$/.test(program)
    ? `eval "$(${program})"`
    : `eval "$('${program.replaceAll("'", `'\\''`)}')"`;
}
