import { sh } from "../../providers/sh.ts";
import { credential } from "../credential.ts";
import type { SignsNames } from "../openstack.ts";
import { computeHost } from "./compute.ts";
import { network } from "./neutron.ts";

/**
 * Logs in as the administrator and asks each API once, all of them together. It prints what they say as
 * JSON, only the fields named here, and why one of them said nothing.
 */
const program = `
import concurrent.futures, json, sys, time, urllib.error, urllib.request

def ask(url, token=None, body=None):
    headers = {"Content-Type": "application/json"}
    if token: headers["X-Auth-Token"] = token
    request = urllib.request.Request(url, body and json.dumps(body).encode(), headers)
    answer = urllib.request.urlopen(request, timeout=6)
    return json.load(answer), answer.headers

def why(error):
    return "HTTP %s" % error.code if isinstance(error, urllib.error.HTTPError) else str(getattr(error, "reason", error))

questions = {
    "services": ("compute", "/os-services", "services", "binary host state status forced_down updated_at"),
    "hypervisors": ("compute", "/os-hypervisors", "hypervisors", "hypervisor_hostname state status"),
    "failed": ("compute", "/servers/detail?all_tenants=1&status=ERROR&limit=20", "servers", "id name OS-EXT-SRV-ATTR:host"),
    "agents": ("network", "/v2.0/agents", "agents", "binary host alive admin_state_up heartbeat_timestamp"),
    "images": ("image", "/v2/images?limit=1", "images", ""),
    "providers": ("placement", "/resource_providers", "resource_providers", "name"),
}
said, silent = {}, {}
began = time.time()
try:
    cloud = json.load(open("${credential.path}"))["clouds"]["admin"]
    auth = cloud["auth"]
    user = {"name": auth["username"], "password": auth["password"], "domain": {"name": auth["user_domain_name"]}}
    project = {"name": auth["project_name"], "domain": {"name": auth["project_domain_name"]}}
    body = {"auth": {"identity": {"methods": ["password"], "password": {"user": user}}, "scope": {"project": project}}}
    token, headers = ask(auth["auth_url"] + "/auth/tokens", None, body)
    said["identity"] = round(time.time() - began, 3)
    urls = {service["type"]: one["url"] for service in token["token"]["catalog"]
        for one in service["endpoints"] if one["interface"] == "internal" and one["region_id"] == cloud["region_name"]}
    def answer(name):
        service, path, listed, fields = questions[name]
        if service not in urls: raise Exception("it is not in the catalogue")
        found = ask(urls[service] + path, headers["X-Subject-Token"])[0][listed]
        return [{field: one.get(field) for field in fields.split()} for one in found]
    with concurrent.futures.ThreadPoolExecutor() as pool:
        for name, future in {name: pool.submit(answer, name) for name in questions}.items():
            try: said[name] = future.result()
            except Exception as error: silent.setdefault(questions[name][0], why(error))
except Exception as error:
    silent["identity"] = why(error)
print(json.dumps({"said": said, "silent": silent}))
`;

const inApi = (unit: string) => unit.replace(/\.service$/, "");

export const signs: SignsNames = {
  ask: sh`python3 -c ${program}`,
  everywhere: network.agent.units.map(inApi),
  controller: network.addressing.units.map(inApi),
  computes: computeHost.units.map(inApi),
  apis: {
    identity: "keystone",
    image: "glance-api",
    placement: "placement-api",
    compute: "nova-api",
    network: "neutron-api",
  },
  placing: "nova-conductor",
  log: (part) => `/var/log/${part.split("-")[0]}/${part}.log`,
};
