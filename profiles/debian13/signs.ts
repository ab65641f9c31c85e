import { sh } from "../../providers/sh.ts";
import { asAdministrator } from "../administrator.ts";
import type { SignsNames } from "../openstack.ts";
import { apis } from "./apis.ts";
import { computeHost } from "./compute.ts";
import { network } from "./neutron.ts";

/**
 * Logs in as the administrator and asks each API once, all of them together. It prints what they say as
 * JSON, only the fields named here, and why one of them said nothing.
 */
const program = `${asAdministrator}
import concurrent.futures, time

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
# What guests ask, through Neutron's agent: in no catalogue, and not in JSON.
def metadata():
    with urllib.request.urlopen("http://localhost:8775/", timeout=6) as answer: answer.read()

said, silent = {}, {}
began = time.time()
try:
    token, here = log_in(6)
    said["identity"] = round(time.time() - began, 3)
    urls = {service: url for service, face, url in here if face == "internal"}
    def answer(name):
        service, path, listed, fields = questions[name]
        if service not in urls: raise Exception("it is not in the catalogue")
        found = ask("GET", urls[service] + path, token, None, 6)[0][listed]
        return [{field: one.get(field) for field in fields.split()} for one in found]
    with concurrent.futures.ThreadPoolExecutor() as pool:
        asked = [(name, questions[name][0], pool.submit(answer, name)) for name in questions]
        asked.append(("metadata", "metadata", pool.submit(metadata)))
        for name, service, future in asked:
            try: said[name] = future.result()
            except Exception as error: silent.setdefault(service, why(error))
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
  apis,
  placing: "nova-conductor",
  log: (part) => `/var/log/${part.split("-")[0]}/${part}.log`,
};
