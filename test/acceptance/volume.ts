/** Where the replicated volume is mounted on every host. */
export const volumePath = "/var/lib/nova/instances";
