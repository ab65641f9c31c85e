import { lawsOnHosts } from "./laws-on-hosts.ts";

await lawsOnHosts("host");
