import { sh } from "../providers/sh.ts";
import { credentialPath, logsIn } from "./administrator.ts";
import type { Deed, Surroundings } from "./openstack.ts";

/** Where the administrator's credential lies, and how the first one comes to be. */
export interface CredentialNames {
  readonly folder: string;
  readonly path: string;
  bootstrap(surroundings: Surroundings): Deed;
}

/** One way in, as OpenStack's own clients read it. */
export interface Login extends Surroundings {
  readonly name: string;
  readonly user: string;
  readonly project: string;
  readonly password: string;
}

export const identityUrl = ({ controller }: Surroundings) => `http://${controller}:5000/v3`;

/** The text of a clouds.yaml. JSON is YAML, and quotes by itself. */
export function cloudsFile(logins: readonly Login[]): string {
  const clouds = logins.map(({ name, user, project, password, ...surroundings }) => {
    const auth = {
      auth_url: identityUrl(surroundings),
      username: user,
      password,
      project_name: project,
      user_domain_name: "Default",
      project_domain_name: "Default",
    };
    return [name, { auth, region_name: surroundings.region, identity_api_version: 3 }];
  });
  return `${JSON.stringify({ clouds: Object.fromEntries(clouds) }, undefined, 2)}\n`;
}

export const credential: CredentialNames = {
  folder: "/etc/openstack",
  path: credentialPath,
  bootstrap: (surroundings) => ({
    name: "the administrator can log in",
    check: sh`exec python3 -I -S -c ${logsIn}`,
    // The tool takes a password from its argument or its environment; others see only the first.
    run: sh`
OS_BOOTSTRAP_PASSWORD=$(python3 -c ${`import json; print(json.load(open("${credentialPath}"))["clouds"]["admin"]["auth"]["password"])`}) || exit
export OS_BOOTSTRAP_PASSWORD
runuser -u keystone -- keystone-manage bootstrap --bootstrap-region-id ${surroundings.region} \\
  --bootstrap-admin-url ${identityUrl(surroundings)} --bootstrap-internal-url ${identityUrl(surroundings)} \\
  --bootstrap-public-url ${identityUrl(surroundings)} >&2`,
    seconds: 180,
  }),
};
