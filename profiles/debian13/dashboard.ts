import { sh } from "../../providers/sh.ts";
import type {
  ConsoleNames,
  DashboardNames,
  DashboardSurroundings,
  PublicSideNames,
} from "../dashboard.ts";
import type { Ownership } from "../profile.ts";

const rootFile: Ownership = { owner: "root", group: "root", mode: "0644" };
const folder = "/etc/apache2/dashboard";
const certificate = `${folder}/certificate.pem`;
const key = `${folder}/key.pem`;
const consoleDefaults = `${folder}/console.json`;
const static_ = "/var/lib/openstack-dashboard/static";
const modules = "/usr/lib/apache2/modules";

export const consoles: ConsoleNames = { path: "/console/", page: "vnc.html", port: 6080 };

const load = (module: string) =>
  `<IfModule !${module}_module>\n  LoadModule ${module}_module ${modules}/mod_${module}.so\n</IfModule>`;

/** A folder of links says what Debian's Apache reads; a file among them says it without a link. */
const site = ({ address, controller, workers }: DashboardSurroundings) =>
  [
    ...["ssl", "proxy", "proxy_http"].map(load),
    "",
    `ServerName ${address}`,
    "ServerTokens Prod",
    "ServerSignature Off",
    "TraceEnable Off",
    "",
    // As Debian has it: the key of the sessions belongs to this user.
    `WSGIDaemonProcess dashboard user=www-data group=www-data processes=${workers} threads=8 display-name=%{GROUP} lang=C.UTF-8 locale=C.UTF-8`,
    "",
    `<VirtualHost ${address}:443>`,
    // Without a name it asks for one at the first start, and waits for an answer.
    `  ServerName ${address}`,
    "  SSLEngine on",
    "  SSLProtocol -all +TLSv1.2 +TLSv1.3",
    "  SSLCipherSuite ECDHE+AESGCM:ECDHE+CHACHA20",
    `  SSLCertificateFile ${certificate}`,
    `  SSLCertificateKeyFile ${key}`,
    "",
    // Named both, process and group, it is loaded at once and not at the first request.
    "  WSGIScriptAlias / /usr/share/openstack-dashboard/wsgi.py process-group=dashboard application-group=%{GLOBAL}",
    `  Alias /static ${static_}`,
    `  <Directory ${static_}>`,
    "    Require all granted",
    "  </Directory>",
    "",
    // The page of a console is told to connect by itself; everything else about it is the controller's.
    `  ProxyPass ${consoles.path}defaults.json !`,
    `  Alias ${consoles.path}defaults.json ${consoleDefaults}`,
    `  <Directory ${folder}>`,
    '    <Files "console.json">',
    "      Require all granted",
    "    </Files>",
    "  </Directory>",
    // It compares the name that it was called by with the page's own.
    "  ProxyPreserveHost On",
    `  ProxyPass ${consoles.path} http://${controller}:${consoles.port}/ upgrade=websocket timeout=3600`,
    "",
    "  ErrorLog ${APACHE_LOG_DIR}/dashboard-error.log",
    "  CustomLog ${APACHE_LOG_DIR}/dashboard-access.log combined",
    "</VirtualHost>",
    "",
  ].join("\n");

/** Python; a list and a text of JSON mean the same in it. */
const settings = ({ controller, names }: DashboardSurroundings) =>
  [
    `ALLOWED_HOSTS = ${JSON.stringify(names)}`,
    `OPENSTACK_HOST = ${JSON.stringify(controller)}`,
    `OPENSTACK_KEYSTONE_URL = ${JSON.stringify(`http://${controller}:5000/v3`)}`,
    "",
    "# A process's own memory, the package's choice, forgets who logged in at another process.",
    "CACHES = {",
    '    "default": {',
    '        "BACKEND": "django.core.cache.backends.memcached.PyMemcacheCache",',
    `        "LOCATION": ${JSON.stringify(`${controller}:11211`)},`,
    '        "KEY_PREFIX": "dashboard",',
    "    }",
    "}",
    "",
    "CSRF_COOKIE_SECURE = True",
    "SESSION_COOKIE_SECURE = True",
    "",
    'CONSOLE_TYPE = "VNC"',
    "# The network has no routers, and disks of guests are files and no volumes.",
    'OPENSTACK_NEUTRON_NETWORK = {"enable_router": False, "enable_fip_topology_check": False}',
    'LAUNCH_INSTANCE_DEFAULTS = {"create_volume": False, "disable_volume": True, "disable_volume_snapshot": True}',
    "",
    "",
    "def _home(user):",
    "    from django.urls import reverse",
    "",
    "    # The overview is for whoever has guests; without Nova it is forbidden to everybody.",
    '    guests = user.has_perm("openstack.services.compute")',
    '    return reverse("horizon:project:%s:index" % ("overview" if guests else "api_access"))',
    "",
    "",
    'HORIZON_CONFIG["user_home"] = _home',
    "",
  ].join("\n");

/**
 * Ends with 0 when the page that asks for name and password is there. It is looked for many times a day,
 * and to load urllib takes longer than all of it.
 */
const loginPage = `
import socket, ssl, sys
try:
    with socket.create_connection((sys.argv[1], 443), 15) as plain:
        with ssl._create_unverified_context().wrap_socket(plain) as way, way.makefile("rwb") as talk:
            talk.write(("GET /auth/login/ HTTP/1.0\\r\\nHost: %s\\r\\n\\r\\n" % sys.argv[1]).encode())
            talk.flush()
            status, page = talk.readline(), talk.read()
    if status.split()[1:2] != [b"200"]: print("the dashboard answers", status.decode("latin-1").strip(), file=sys.stderr)
    elif b"csrfmiddlewaretoken" in page: sys.exit(0)
except OSError as error:
    print(error, file=sys.stderr)
sys.exit(1)
`;

const publicSide: PublicSideNames = {
  packages: { iptables: "present" },
  chain: { table: "filter", chain: "quintet-public-side", from: "INPUT" },
  chainOfIpv6: { table: "filter", chain: "quintet-public-side", from: "INPUT", family: "ipv6" },
  port: 443,
};

export const dashboard: DashboardNames = {
  // Without openstack-dashboard-apache: it switches on a site for TLS that Apache then cannot start with.
  packages: {
    "openstack-dashboard": "present",
    apache2: "present",
    "libapache2-mod-wsgi-py3": "present",
  },
  unit: "apache2.service",
  startsLate: {
    path: "/etc/systemd/system/apache2.service.d/quintet.conf",
    ...rootFile,
    content: [
      "[Unit]",
      "Wants=network-online.target",
      "After=network-online.target",
      "[Service]",
      "Restart=on-failure",
      "RestartSec=5",
      "",
    ].join("\n"),
  },
  folder: { path: folder, ...rootFile, mode: "0755" },
  certificate: { path: certificate, ...rootFile },
  key: { path: key, ...rootFile, mode: "0600" },
  files: (where) => [
    // Debian's own says port 80 of every address.
    { path: "/etc/apache2/ports.conf", ...rootFile, content: `Listen ${where.address}:443\n` },
    { path: "/etc/apache2/sites-enabled/dashboard.conf", ...rootFile, content: site(where) },
    { path: consoleDefaults, ...rootFile, content: '{ "autoconnect": true }\n' },
    // The last of its folder: those before it are the package's.
    {
      path: "/etc/openstack-dashboard/local_settings.d/_9000_quintet.py",
      ...rootFile,
      content: settings(where),
    },
  ],
  answers: ({ address }) => ({
    name: "the dashboard asks for name and password",
    check: sh`exec python3 -I -S -c ${loginPage} ${address}`,
    run: sh`
tries=0
until said=$(python3 -I -S -c ${loginPage} ${address} 2>&1); do
  tries=$((tries + 1))
  [ $tries -lt 30 ] || { printf '%s\\n' "$said"; tail -n 3 /var/log/apache2/dashboard-error.log; exit 1; } >&2
  sleep 2
done`,
    seconds: 300,
  }),
  consoles,
  publicSide,
};
