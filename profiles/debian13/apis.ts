/** Who answers for each API, by the type of the service: the name of its unit and of its log. */
export const apis = {
  identity: "keystone",
  image: "glance-api",
  placement: "placement-api",
  compute: "nova-api",
  network: "neutron-api",
  metadata: "nova-api-metadata",
};
