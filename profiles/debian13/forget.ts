import { type Script, sh } from "../../providers/sh.ts";
import { asAdministrator, credentialPath } from "../administrator.ts";
import { apis } from "./apis.ts";

/**
 * Deletes what Nova and Neutron keep of a host whose daemons have stopped: its services, with them the
 * hypervisor, and its agents. A service that has left the catalogue before keeps nothing.
 *
 * An API that cannot be reached is one of two things. An `up` that lets a host go has seen to it in the
 * same run, and before anything is deleted, that the APIs run. So one that is stopped means that all is
 * being destroyed: what it keeps of the host goes with its database, and must not keep the host. One that
 * runs, and does not answer, would go on to keep the name: the run ends there, and the next one tries
 * again. What is missed all the same (a stopped API, and a host that was destroyed alone) the doctor
 * names, as services that are not heard of any more.
 */
const program = `${asAdministrator}
import http.client, subprocess, sys
host, names = sys.argv[1], json.loads(sys.argv[2])

def attempt(service, deed):
    next = f"  Next: look at {names[service]} on this host (journalctl -u {names[service]}), and run again; by hand: openstack compute service list, openstack network agent list, and delete by their ids what is on {host}."
    try:
        return deed()
    except urllib.error.HTTPError as error:
        said = error.read().decode(errors="replace")[:300]
        sys.exit(f"{host} has left, and is not forgotten: {error.url} answered {error.code}: {said}\\n{next}")
    except (OSError, http.client.HTTPException) as error:
        unit = names[service] + ".service"
        asked = subprocess.run(["systemctl", "is-active", unit], capture_output=True, text=True)
        state = asked.stdout.strip()
        if state in ("inactive", "failed"): return None
        sys.exit(f"{host} has left, and is not forgotten: {unit} is {state or 'not known'}, and its API does not answer: {error}\\n{next}")

def forget(root, listed):
    for _ in range(3):
        known = ask("GET", root + "?host=" + urllib.parse.quote(host), token)[0][listed]
        if not known: return
        for one in known:
            try: ask("DELETE", root + "/" + str(one["id"]), token)
            except urllib.error.HTTPError as error:
                if error.code != 404: raise
    sys.exit(f"{host} has left, and comes back to {root}: something on it still runs.\\n  Next: look on {host} for nova-compute and Neutron's agents, and run again.")

token, here = attempt("identity", log_in) or (None, [])
places = {service: url.rstrip("/") for service, face, url in here if face == "internal"}
for service, path, listed in ("compute", "/os-services", "services"), ("network", "/v2.0/agents", "agents"):
    if service in places: attempt(service, lambda: forget(places[service] + path, listed))
`;

/** For a host that has left. Without the credential there is nobody any more who could be asked. */
export function forget(host: string): Script {
  return sh`[ ! -e ${credentialPath} ] || python3 -c ${program} ${host} ${JSON.stringify(apis)}`;
}
