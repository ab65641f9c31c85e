import { type Script, sh } from "../../../providers/sh.ts";
import { bringClient } from "./as-admin.ts";

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

// Every table but what a password that was set anew leaves behind, and tokens that were withdrawn.
const pictureProgram = `#!/usr/bin/python3 -IS
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
${install("keystone")}
mkdir -p -m 755 /etc/openstack; (umask 077; printf '%s' ${cloudsYaml} >/etc/openstack/clouds.yaml)
printf '%s' ${pictureProgram} >/root/keystone-picture; chmod 755 /root/keystone-picture
${bringClient}
if [ ! -e /root/keystone-is-set-up ]; then
  sed -i 's/^processes = .*/processes = 1/; s/^threads = .*/threads = 1/' /etc/keystone/keystone-uwsgi.ini
  sed -i 's,^\\[database\\]$,&\\nconnection = sqlite:////var/lib/keystone/keystonedb,; s,^\\[identity\\]$,&\\npassword_hash_rounds = 4,; s,^\\[cache\\]$,&\\nenabled = true\\nbackend = dogpile.cache.memory,' /etc/keystone/keystone.conf
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
${answers("keystone", "/v3/users")}`;

/** Installs what is not there yet, and lets nothing of it start before it has a config. */
export function install(name: string): Script {
  return sh`if [ ! -e ${`/etc/init.d/${name}`} ]; then
  printf '#!/bin/sh\\nexit 101\\n' >/usr/sbin/policy-rc.d; chmod 755 /usr/sbin/policy-rc.d
  export DEBIAN_FRONTEND=noninteractive
  installed=no
  { apt-get update && apt-get -y --no-install-recommends install ${name}; } >/tmp/laws-install 2>&1 &&
    installed=yes
  rm -f /usr/sbin/policy-rc.d
  [ $installed = yes ] || { tail -n 20 /tmp/laws-install >&2; exit 1; }
fi`;
}

/** Waits until a service answers; says why not when it does not. */
export function answers(unit: string, path: string): Script {
  return sh`for i in $(seq 100); do
  /root/as-admin GET ${path} >/dev/null 2>&1 && break
  [ $i -lt 100 ] || { journalctl -u ${unit} -n 20 --no-pager >&2; exit 1; }
  sleep 0.3
done`;
}

/** Everything that Keystone knows. */
export const keystonePicture = sh`/root/keystone-picture; ls -A /var/lib/quintet 2>/dev/null || true`;

/** Stops it and whatever was brought beside it, and takes away what leads there. */
const stopAll = sh`for unit in glance-api neutron-api nova-api keystone; do
  systemctl disable --now "$unit" >/dev/null 2>&1
done
rm -rf /etc/openstack /run/laws-token /root/quintet-laws`;

/** What the fixtures of all kinds of Keystone share. compute1 reaches the package cache by itself. */
export const keystonePlace = {
  place: "host",
  host: "compute1",
  prepare: () => bringKeystone,
  picture: () => keystonePicture,
  takeAway: () => stopAll,
} as const;
