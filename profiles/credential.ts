import { sh } from "../providers/sh.ts";
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

const path = "/etc/openstack/clouds.yaml";

/** Ends with 0 when the credential logs in and finds Keystone in the catalogue, 1 when not, else 2. */
const login = `
import json, sys, urllib.error, urllib.request
try:
    cloud = json.load(open("${path}"))["clouds"]["admin"]
    auth = cloud["auth"]
    user = {"name": auth["username"], "domain": {"name": auth["user_domain_name"]}}
    project = {"name": auth["project_name"], "domain": {"name": auth["project_domain_name"]}}
    identity = {"methods": ["password"], "password": {"user": {**user, "password": auth["password"]}}}
    body = {"auth": {"identity": identity, "scope": {"project": project}}}
    request = urllib.request.Request(
        auth["auth_url"] + "/auth/tokens", json.dumps(body).encode(), {"Content-Type": "application/json"})
    catalogue = json.load(urllib.request.urlopen(request, timeout=15))["token"]["catalog"]
    here = [one for service in catalogue if service["type"] == "identity"
        for one in service["endpoints"] if one["region_id"] == cloud["region_name"]]
    sys.exit(0 if len(here) == 3 else 1)
except urllib.error.HTTPError as error:
    print(error, file=sys.stderr)
    sys.exit(1 if error.code == 401 else 2)
except Exception as error:
    print(error, file=sys.stderr)
    sys.exit(2)
`;

export const credential: CredentialNames = {
  folder: "/etc/openstack",
  path,
  bootstrap: (surroundings) => ({
    name: "the administrator can log in",
    check: sh`python3 -c ${login}`,
    // The tool takes a password from its argument or its environment; others see only the first.
    run: sh`
OS_BOOTSTRAP_PASSWORD=$(python3 -c ${`import json; print(json.load(open("${path}"))["clouds"]["admin"]["auth"]["password"])`}) || exit
export OS_BOOTSTRAP_PASSWORD
runuser -u keystone -- keystone-manage bootstrap --bootstrap-region-id ${surroundings.region} \\
  --bootstrap-admin-url ${identityUrl(surroundings)} --bootstrap-internal-url ${identityUrl(surroundings)} \\
  --bootstrap-public-url ${identityUrl(surroundings)} >&2`,
    seconds: 180,
  }),
};
