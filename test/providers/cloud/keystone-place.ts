import { type Script, sh } from "../../../providers/sh.ts";

/** The administrator's password in the Keystone of the laws. */
export const adminPassword = 'laws\' own "password"';
const address = "http://127.0.0.1:5000/v3";

const cloudsYaml = JSON.stringify({
  clouds: {
    admin: {
      auth: {
        auth_url: address,
        username: "admin",
        password: adminPassword,
        project_name: "admin",
        user_domain_id: "default",
        project_domain_id: "default",
      },
      region_name: "RegionOne",
    },
  },
});

// A client that the tests have for themselves, so that no law is judged by the road that it tries:
//   as-admin METHOD PATH [BODY]           prints the answer; a status of 400 or more ends it with 1
//   as-admin id COLLECTION NAME           prints the id of that name
//   as-admin assign USER PROJECT ROLE     gives a role
//   as-admin forget COLLECTION/NAME...    deletes what is there of these
const asAdmin = `
import http.client, json, os, sys
def send(method, path, body=None, token=None):
    line = http.client.HTTPConnection("127.0.0.1", 5000, timeout=20)
    headers = {"content-type": "application/json", **({"x-auth-token": token} if token else {})}
    line.request(method, path, json.dumps(body) if body is not None else None, headers)
    answer = line.getresponse()
    said = answer.read()
    if answer.status >= 400:
        sys.exit(f"{method} {path}: {answer.status} {said}")
    return answer, json.loads(said) if said else None
def ids(collection, name):
    return [one["id"] for one in send("GET", f"/v3/{collection}?name={name}", None, token)[1][collection]]
kept = "/run/laws-token"
if os.path.exists(kept):
    token = open(kept).read()
else:
    cloud = json.load(open("/etc/openstack/clouds.yaml"))["clouds"]["admin"]["auth"]
    user = {"name": cloud["username"], "password": cloud["password"], "domain": {"id": "default"}}
    scope = {"project": {"name": "admin", "domain": {"id": "default"}}}
    login = {"identity": {"methods": ["password"], "password": {"user": user}}, "scope": scope}
    token = send("POST", "/v3/auth/tokens", {"auth": login})[0].getheader("x-subject-token")
    open(kept, "w").write(token)
command, *words = sys.argv[1:]
if command == "id":
    print(ids(*words)[0])
elif command == "forget":
    for collection, name in (word.split("/") for word in words):
        for one in ids(collection, name):
            send("DELETE", f"/v3/{collection}/{one}", None, token)
elif command == "assign":
    user, project, role = words
    way = f"projects/{ids('projects', project)[0]}/users/{ids('users', user)[0]}/roles/{ids('roles', role)[0]}"
    send("PUT", f"/v3/{way}", None, token)
else:
    body = json.loads(words[1]) if len(words) > 1 else None
    print(json.dumps(send(command, words[0], body, token)[1]))
`;

// Every table but what a password that was set anew leaves behind, and tokens that were withdrawn.
const pictureProgram = `
import sqlite3
base = sqlite3.connect("file:/var/lib/keystone/keystonedb?mode=ro", uri=True)
names = [row[0] for row in base.execute("select name from sqlite_master where type='table' order by name")]
for name in names:
    if name in ("password", "revocation_event"):
        continue
    # An extra of null and no extra are the same thing to whoever asks.
    rows = [str(row).replace('"email": null', "").replace('"description": null', "").replace(", }", "}") for row in base.execute(f"select * from {name}")]
    print(name, *sorted(rows), sep="\\n  ")
print(base.execute("select count(distinct local_user_id) from password").fetchone())
`;

/**
 * Brings a Keystone on the host, with a database in a file (in which writers must not wait for readers,
 * so one thread and a log of writes; passwords are hashed in haste), and the clouds.yaml that leads to it. */
export const bringKeystone = sh`
set -e
if [ ! -e /etc/keystone/keystone-uwsgi.ini ]; then
  printf '#!/bin/sh\\nexit 101\\n' >/usr/sbin/policy-rc.d; chmod 755 /usr/sbin/policy-rc.d
  export DEBIAN_FRONTEND=noninteractive
  { apt-get update && apt-get -y --no-install-recommends install keystone; } >/tmp/keystone-install 2>&1 ||
    { rm -f /usr/sbin/policy-rc.d; tail -n 20 /tmp/keystone-install >&2; exit 1; }
  rm -f /usr/sbin/policy-rc.d
fi
mkdir -p -m 755 /etc/openstack; (umask 077; printf '%s' ${cloudsYaml} >/etc/openstack/clouds.yaml)
printf '%s' ${asAdmin} >/root/as-admin; printf '%s' ${pictureProgram} >/root/keystone-picture
if [ ! -e /root/keystone-is-set-up ]; then
  sed -i 's/^processes = .*/processes = 1/; s/^threads = .*/threads = 1/' /etc/keystone/keystone-uwsgi.ini
  sed -i 's,^\\[database\\]$,&\\nconnection = sqlite:////var/lib/keystone/keystonedb,; s,^\\[identity\\]$,&\\npassword_hash_rounds = 4,' /etc/keystone/keystone.conf
  su -s /bin/sh -c 'keystone-manage db_sync' keystone
  python3 -c 'import sqlite3; sqlite3.connect("/var/lib/keystone/keystonedb").execute("pragma journal_mode=wal")'
  keystone-manage fernet_setup --keystone-user keystone --keystone-group keystone
  keystone-manage credential_setup --keystone-user keystone --keystone-group keystone
  OS_BOOTSTRAP_PASSWORD=${adminPassword}; export OS_BOOTSTRAP_PASSWORD
  keystone-manage bootstrap --bootstrap-region-id RegionOne \
    --bootstrap-admin-url ${address} --bootstrap-internal-url ${address} --bootstrap-public-url ${address}
  chown -R keystone:keystone /etc/keystone/fernet-keys /etc/keystone/credential-keys /var/lib/keystone /var/log/keystone
  touch /root/keystone-is-set-up
fi
systemctl start keystone
rm -f /run/laws-token
for i in $(seq 100); do python3 /root/as-admin GET /v3/users >/dev/null 2>&1 && exit 0; sleep 0.3; done
journalctl -u keystone -n 20 --no-pager >&2; exit 1`;

/** Everything that Keystone knows. */
export const keystonePicture = sh`python3 /root/keystone-picture; ls -A /var/lib/quintet 2>/dev/null || true`;

/** Stops it, and takes away what leads to it. */
export const stopKeystone = sh`systemctl disable --now keystone >/dev/null 2>&1
rm -rf /etc/openstack /run/laws-token /root/quintet-laws`;

/** A script that makes an object of a collection. */
export function make(collection: string, body: object): Script {
  return sh`python3 /root/as-admin POST ${`/v3/${collection}`} ${JSON.stringify(body)}`;
}

/** A script that deletes objects ("users/laws"), and what the laws have left on the host. */
export function forget(...objects: string[]): Script {
  return sh`python3 /root/as-admin forget ${objects}; rm -rf /var/lib/quintet`;
}

/** What the fixtures of all kinds of Keystone share. compute1 reaches the package cache by itself. */
export const keystonePlace = {
  place: "host",
  host: "compute1",
  prepare: () => bringKeystone,
  picture: () => keystonePicture,
  takeAway: () => stopKeystone,
} as const;
