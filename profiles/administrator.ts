/** Where the administrator's credential lies on the controller, for root alone. */
export const credentialPath = "/etc/openstack/clouds.yaml";

/**
 * Python that knows the way to the APIs. `log_in` gives a token, and the addresses in this region as type,
 * interface and URL; `ask` gives what an API answered, and its headers. Nova is asked in the form in which
 * services have ids of their own.
 */
export const asAdministrator = `
import json, urllib.error, urllib.request

def ask(method, url, token=None, body=None, timeout=15):
    headers = {"Content-Type": "application/json", "OpenStack-API-Version": "compute 2.61"}
    if token: headers["X-Auth-Token"] = token
    request = urllib.request.Request(url, body and json.dumps(body).encode(), headers, method=method)
    with urllib.request.urlopen(request, timeout=timeout) as answer:
        return json.loads(answer.read() or "null"), answer.headers

def log_in(timeout=15):
    with open("${credentialPath}") as file:
        cloud = json.load(file)["clouds"]["admin"]
    auth = cloud["auth"]
    user = {"name": auth["username"], "password": auth["password"], "domain": {"name": auth["user_domain_name"]}}
    project = {"name": auth["project_name"], "domain": {"name": auth["project_domain_name"]}}
    body = {"auth": {"identity": {"methods": ["password"], "password": {"user": user}}, "scope": {"project": project}}}
    said, headers = ask("POST", auth["auth_url"] + "/auth/tokens", None, body, timeout)
    here = [(service["type"], one["interface"], one["url"]) for service in said["token"]["catalog"]
        for one in service["endpoints"] if one["region_id"] == cloud["region_name"]]
    return headers["X-Subject-Token"], here
`;
