import { type Script, sh } from "../../../providers/sh.ts";

// A client that the tests have for themselves, so that no law is judged by the road that it tries. A
// COLLECTION of Keystone is its bare name, others begin with the version: v2.0/networks. In every PATH and
// BODY <COLLECTION/NAME> stands for the id of that name.
//   as-admin METHOD PATH [BODY]           prints the answer; a status of 400 or more ends it with 1
//   as-admin id COLLECTION NAME           prints the id of that name
//   as-admin assign USER PROJECT ROLE     gives a role
//   as-admin upload IMAGE                 makes standard input its data
//   as-admin forget COLLECTION/NAME...    deletes what is there of these
//   as-admin picture PATH...              prints what is there, without ids and times
// Half of the time of the laws would go into loading Python's HTTP, so that it speaks the little it needs itself.
const program = `#!/usr/bin/python3 -IS
import json, os, re, socket, sys
ports = {"v3": 5000, "v2": 9292, "v2.0": 9696, "v2.1": 8774}
def send(method, path, body=None, token=None, kind="application/json"):
    if isinstance(body, list):
        kind = "application/openstack-images-v2.1-json-patch"
    if not isinstance(body, bytes):
        body = b"" if body is None else json.dumps(body).encode()
    head = [f"{method} {path} HTTP/1.0", "host: 127.0.0.1", "accept: application/json", f"content-length: {len(body)}"]
    head += [f"x-auth-token: {token}"] if token else []
    head += [f"content-type: {kind}"] if body else []
    head += ["openstack-api-version: compute 2.61", "", ""]
    with socket.create_connection(("127.0.0.1", ports[path.split("/")[1]]), 30) as line:
        line.sendall("\\r\\n".join(head).encode() + body)
        answer = b"".join(iter(lambda: line.recv(65536), b""))
    top, _, said = answer.partition(b"\\r\\n\\r\\n")
    first, *headers = top.decode().split("\\r\\n")
    if int(first.split()[1]) >= 400:
        sys.exit(f"{method} {path}: {first} {said}")
    return {key.lower(): value for key, _, value in (one.partition(": ") for one in headers)}, json.loads(said) if said else None
def way(collection):
    return f"/{collection}" if collection.startswith("v2") else f"/v3/{collection}"
def rows(path):
    answer = send("GET", path, None, token)[1]
    return next(value for key, value in answer.items() if isinstance(value, list) and not key.endswith("links"))
def ids(collection, name):
    query = "" if "?" in collection else f"?name={name}"
    return [one["id"] for one in rows(way(collection) + query) if one["name"] == name]
def filled(text):
    more = re.sub(r"<([^<>]+)/([^<>/]+)>", lambda found: ids(*found.groups())[0], text)
    return text if more == text else filled(more)
# What differs whenever a thing is made anew, and what says nothing of its own.
passing = {"id", "links", "self", "file", "schema", "created_at", "updated_at", "revision_number", "network_id", "subnets", "tenant_id", "available_ip_address_details"}
def seen(one):
    return json.dumps({key: value for key, value in one.items() if key not in passing}, sort_keys=True)
kept = "/run/laws-token"
if os.path.exists(kept):
    token = open(kept).read()
else:
    cloud = json.load(open("/etc/openstack/clouds.yaml"))["clouds"]["admin"]["auth"]
    user = {"name": cloud["username"], "password": cloud["password"], "domain": {"id": "default"}}
    scope = {"project": {"name": "admin", "domain": {"id": "default"}}}
    login = {"identity": {"methods": ["password"], "password": {"user": user}}, "scope": scope}
    token = send("POST", "/v3/auth/tokens", {"auth": login})[0]["x-subject-token"]
    open(kept, "w").write(token)
command, *words = sys.argv[1:]
if command == "id":
    print(ids(*words)[0])
elif command == "forget":
    for word in words:
        collection, name = word.rsplit("/", 1)
        for one in ids(collection, name):
            send("DELETE", f"{way(collection).split('?')[0]}/{one}", None, token)
elif command == "assign":
    user, project, role = words
    path = f"/v3/projects/<projects/{project}>/users/<users/{user}>/roles/<roles/{role}>"
    send("PUT", filled(path), None, token)
elif command == "upload":
    path = filled(f"/v2/images/<v2/images/{words[0]}>/file")
    send("PUT", path, sys.stdin.buffer.read(), token, "application/octet-stream")
elif command == "picture":
    for path in map(filled, words):
        # An image without its data is nothing that could be put back.
        print(path, *sorted(seen(one) for one in rows(path) if one.get("status") != "queued"), sep="\\n  ")
else:
    path, *body = map(filled, words)
    print(json.dumps(send(command, path, json.loads(body[0]) if body else None, token)[1]))
`;

/** Puts the client on the host. */
export const bringClient = sh`printf '%s' ${program} >/root/as-admin; chmod 755 /root/as-admin; rm -f /run/laws-token`;

/** A script that sends a request. */
export function send(method: string, path: string, body?: object): Script {
  return sh`/root/as-admin ${method} ${path} ${body ? [JSON.stringify(body)] : []}`;
}

/** A script that makes an object of a collection. */
export function make(collection: string, body: object): Script {
  const path = collection.startsWith("v2") ? `/${collection}` : `/v3/${collection}`;
  return send("POST", path, body);
}

/** A script that deletes objects ("users/laws"), and what the laws have left on the host. */
export function forget(...objects: string[]): Script {
  return sh`/root/as-admin forget ${objects}; rm -rf /var/lib/quintet`;
}

/** Everything that is in these collections ("/v2/images"). */
export function seenIn(...paths: string[]): Script {
  return sh`/root/as-admin picture ${paths}`;
}

/** The same, and whether there are records. */
export function pictureOf(...paths: string[]): Script {
  return sh`${seenIn(...paths)}; ls -A /var/lib/quintet 2>/dev/null || true`;
}
