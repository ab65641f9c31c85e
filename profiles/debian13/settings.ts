import { identityUrl } from "../credential.ts";
import type { SecretText, ServiceConfig, Surroundings } from "../openstack.ts";

// What several services have in their config alike.

/** With which a service judges the tokens that come with requests; user and project are the defaults. */
export const token = ({ controller, region }: Surroundings) => ({
  // Debian writes a region of its own here, in which there is nothing.
  "keystone_authtoken/region_name": region,
  "keystone_authtoken/www_authenticate_uri": `http://${controller}:5000`,
  "keystone_authtoken/auth_url": `http://${controller}:5000`,
  "keystone_authtoken/memcached_servers": `${controller}:11211`,
});

export const tokenSecrets = (user: string) => ({
  "keystone_authtoken/password": passwordOf(user),
});

/** How one service logs in to ask another one, in a section of its config. */
export const login = (section: string, user: string, surroundings: Surroundings) => ({
  [`${section}/auth_type`]: "password",
  [`${section}/auth_url`]: identityUrl(surroundings),
  [`${section}/region_name`]: surroundings.region,
  [`${section}/project_name`]: "service",
  [`${section}/project_domain_name`]: "Default",
  [`${section}/username`]: user,
  [`${section}/user_domain_name`]: "Default",
});

/** Where a database of a service's own is, its account and password among it. */
export function databaseUrl(database: string, service = database): SecretText {
  return { of: service, text: ({ databases }) => databases[database] ?? "" };
}

export function passwordOf(account: string): SecretText {
  return { of: account, text: ({ passwords }) => passwords[account] ?? "" };
}

export const queueUrl: SecretText = { of: "queue", text: ({ queue }) => queue };

/**
 * An API under uwsgi: one thread in each process. Greenlets, as Nova runs them, lock up for good under more
 * ("cannot switch to a different thread", https://github.com/eventlet/eventlet/issues/662); and of two threads
 * that read Neutron's policy at once, at the first requests after a start, one answered with an empty list:
 * a network that is there was seen as absent.
 */
export const uwsgi = (
  path: string,
  more: Readonly<Record<string, string>> = {},
): ServiceConfig => ({
  path,
  values: ({ workers }) => ({
    "uwsgi/processes": String(workers),
    "uwsgi/threads": "1",
    ...more,
  }),
});
