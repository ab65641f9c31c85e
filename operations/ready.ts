// npm run ready: the CLI and nothing else, for whoever has hosts already, and for CI.
import { installCli } from "./cli/install.ts";
import { endWell } from "./ending.ts";

await endWell(installCli);
