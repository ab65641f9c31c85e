/** A config as a person writes it; a test changes what it is about. */
export function sample() {
  return {
    networks: { lan: "192.168.0.0/24", vms: "10.0.0.0/24", public: "203.0.113.0/24" },
    hosts: [
      host("controller", "192.168.0.5", ["controller"]),
      {
        ...host("compute1", "192.168.0.1", ["compute", "gateway"]),
        aliases: ["gateway"],
        publicInterface: "eth0",
        publicAddress: "203.0.113.2",
      },
      host("compute2", "192.168.0.2", ["compute"]),
      host("compute3", "192.168.0.3", ["compute"]),
      host("compute4", "192.168.0.4", ["compute"]),
    ],
  };
}

function host(name: string, address: string, roles: string[]) {
  return { name, address, roles, lanInterface: "eth1" };
}

/** The same as the engine hands it over: one text a key. */
export function texts(config: Record<string, unknown>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(config).map(([key, value]) => [
      `quintet:${key}`,
      typeof value === "string" ? value : JSON.stringify(value),
    ]),
  );
}
