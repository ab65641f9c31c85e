import { lawsOnHosts } from "../laws-on-hosts.ts";

// Glance, Neutron and Nova take longer to install than a run of the CI may.
await lawsOnHosts("cloud");
