/** Where the administrator's credential lies on the controller, for root alone. */
export const credentialPath = "/etc/openstack/clouds.yaml";

// How the administrator asks for a token, and the addresses in this region that come with it.
const wayIn = `
import json

def way_in():
    with open("${credentialPath}") as file:
        cloud = json.load(file)["clouds"]["admin"]
    auth = cloud["auth"]
    user = {"name": auth["username"], "password": auth["password"], "domain": {"name": auth["user_domain_name"]}}
    project = {"name": auth["project_name"], "domain": {"name": auth["project_domain_name"]}}
    body = {"auth": {"identity": {"methods": ["password"], "password": {"user": user}}, "scope": {"project": project}}}
    return auth["auth_url"] + "/auth/tokens", body, cloud["region_name"]

def in_region(said, region):
    return [(service["type"], one["interface"], one["url"]) for service in said["token"]["catalog"]
        for one in service["endpoints"] if one["region_id"] == region]
`;

/**
 * Python that knows the way to the APIs. `log_in` gives a token, and the addresses in this region as type,
 * interface and URL; `ask` gives what an API answered, and its headers. Nova is asked in the form in which
 * services have ids of their own.
 */
export const asAdministrator = `${wayIn}
import urllib.error, urllib.request

def ask(method, url, token=None, body=None, timeout=15):
    headers = {"Content-Type": "application/json", "OpenStack-API-Version": "compute 2.61"}
    if token: headers["X-Auth-Token"] = token
    request = urllib.request.Request(url, body and json.dumps(body).encode(), headers, method=method)
    with urllib.request.urlopen(request, timeout=timeout) as answer:
        return json.loads(answer.read() or "null"), answer.headers

def log_in(timeout=15):
    url, body, region = way_in()
    said, headers = ask("POST", url, None, body, timeout)
    return headers["X-Subject-Token"], in_region(said, region)
`;

/**
 * Python that logs in and does nothing else, for a look that is taken many times a day: what urllib loads
 * takes longer than all of it. It ends with 0 when Keystone gives a token and is in the catalogue, with 1
 * when it refuses or is not, else with 2. It needs none of the machine's packages: `python3 -I -S`.
 */
export const logsIn = `${wayIn}
import socket, sys

def code_and_text(url, body):
    scheme, _, rest = url.partition("://")
    place, _, path = rest.partition("/")
    host, _, port = place.rpartition(":")
    if scheme != "http": raise ValueError(url + " is no address of plain HTTP")
    body = json.dumps(body).encode()
    head = "POST /%s HTTP/1.0\\r\\nHost: %s\\r\\nContent-Type: application/json\\r\\nContent-Length: %d\\r\\n\\r\\n"
    with socket.create_connection((host, int(port)), 15) as way, way.makefile("rwb") as talk:
        talk.write((head % (path, place, len(body))).encode() + body)
        talk.flush()
        code, length = int(talk.readline().split()[1]), -1
        while header := talk.readline().strip():
            name, _, value = header.partition(b":")
            if name.lower() == b"content-length": length = int(value)
        return code, talk.read(length)

try:
    url, body, region = way_in()
    code, text = code_and_text(url, body)
    if code not in (200, 201):
        print("Keystone answers HTTP %d" % code, file=sys.stderr)
        sys.exit(1 if code == 401 else 2)
    here = in_region(json.loads(text), region)
    sys.exit(0 if [service for service, face, url in here].count("identity") == 3 else 1)
except Exception as error:
    print(error, file=sys.stderr)
    sys.exit(2)
`;
