import { lines, type Script, sh } from "../../providers/sh.ts";

/** A package of the tests' own, so that they need no mirror and know all that is in it. */
interface TestPackage {
  readonly name: string;
  readonly version?: string;
  readonly fields?: string;
  readonly postinst?: string;
  readonly postrm?: string;
  /** Of what the service runs that it ships, and nothing stops when it is removed. */
  readonly service?: string;
}

const archive = "/root/quintet-archive";
const sources = "/etc/apt/sources.list";
const list = `${sources}.d/quintet-tests.list`;

const account =
  "#!/bin/sh\nset -e\nid quintet-acct >/dev/null 2>&1 || useradd -r -M quintet-acct\n" +
  "mkdir -p /var/lib/quintet-data && chown quintet-acct /var/lib/quintet-data\n";
const purgeData =
  '#!/bin/sh\nset -e\nif [ "$1" = purge ]; then\n  rm -rf \\\n    /var/lib/quintet-data\nfi\n';

// It waits, telling who it is, while a test has put a file there.
const slow =
  "#!/bin/sh\nslow=/root/quintet-archive/slow\n[ ! -e $slow ] || { echo $$ >$slow; sleep 60; }\n";

const testPackages: readonly TestPackage[] = [
  { name: "quintet-lib" },
  { name: "quintet-one", fields: "Depends: quintet-lib" },
  { name: "quintet-two", fields: "Depends: quintet-lib\nConflicts: quintet-foe" },
  { name: "quintet-two", version: "2.0", fields: "Depends: quintet-lib\nConflicts: quintet-foe" },
  { name: "quintet-data", postinst: account, postrm: purgeData },
  { name: "quintet-meta", fields: "Section: metapackages\nDepends: quintet-one, quintet-data" },
  { name: "quintet-foe" },
  { name: "quintet-user", fields: "Depends: quintet-one" },
  { name: "quintet-slow", postinst: slow },
  { name: "quintet-late" },
  { name: "quintet-base", fields: "Important: yes\nDepends: quintet-lib" },
  { name: "quintet-disk", fields: "Depends: quintet-base" },
  { name: "quintet-floppy", fields: "Depends: quintet-base" },
  { name: "quintet-left" },
  { name: "quintet-right" },
  { name: "quintet-both", fields: "Depends: quintet-left, quintet-right" },
  { name: "quintet-either", fields: "Depends: quintet-left | quintet-right" },
  // A name that the table of what daemons leave behind knows.
  { name: "swtpm-tools" },
  { name: "mariadb-server" },
  { name: "quintet-daemon", postinst: account, postrm: purgeData, service: "/bin/sleep infinity" },
  { name: "quintet-awk", fields: "Provides: awk" },
  { name: "quintet-words", fields: "Depends: quintet-awk" },
];

// What the archive offers, for apt to fetch.
const listed = sh`chmod -R go+rX ${archive}; chmod 755 /root
for deb in *.deb; do
  dpkg-deb -f "$deb"
  printf 'Filename: ./%s\\nSize: %s\\nSHA256: %s\\n\\n' "$deb" "$(stat -c %s "$deb")" "$(sha256sum "$deb" | cut -d' ' -f1)"
done >Packages`;

/**
 * Builds the archive on a host and makes it all that apt knows: with Debian's sixty thousand packages
 * beside it, each of the tests' hundreds of calls to apt takes two seconds instead of none.
 */
export const openArchive: Script = lines([
  sh`set -e
[ ! -e ${sources} ] || mv ${sources} ${`${sources}.aside`}
rm -rf ${archive}; mkdir -p ${archive}; cd ${archive}`,
  ...testPackages.map(build),
  listed,
  sh`echo ${`deb [trusted=yes] copy:${archive} ./`} >${list}
apt-get -q -o APT::Get::List-Cleanup=false update >/dev/null`,
]);

/** The archive has a new version of quintet-late, and no longer the one that the host's lists name. */
export const pointRelease: Script = lines([
  sh`set -e
cd ${archive}; rm quintet-late_1.0_all.deb`,
  build({
    name: "quintet-late",
    version: "1.1",
    fields: "Depends: quintet-lib\nConflicts: quintet-foe",
  }),
  listed,
]);

/** Takes the archive from the host, and gives it back its own sources. */
export const forgetArchive: Script = sh`
rm -rf ${archive} ${list}
[ ! -e ${`${sources}.aside`} ] || mv ${`${sources}.aside`} ${sources}`;

/** Removes all of it, and whatever of the tests' packages is left. */
export const closeArchive: Script = sh`
rm -rf /var/lib/quintet
umount /var/lib/quintet-data 2>/dev/null
dpkg --configure -a >/dev/null 2>&1
dpkg --force-all --purge ${[...new Set(testPackages.map(({ name }) => name))]} >/dev/null 2>&1
userdel quintet-acct 2>/dev/null
rm -rf /var/lib/quintet-data /etc/quintet-* /var/lib/mysql; true`;

/** As an administrator would, past all promises. */
export const admin = (...words: string[]): Script =>
  sh`DEBIAN_FRONTEND=noninteractive apt-get -q -y --no-install-recommends ${words} </dev/null >/dev/null`;

function build(one: TestPackage): Script {
  const { name, version = "1.0", fields = "", postinst, postrm, service } = one;
  const control = `Package: ${name}\nVersion: ${version}\nArchitecture: all\nMaintainer: tests\n${fields}\nDescription: a test\n`;
  const scripts = Object.entries({ postinst, postrm })
    .filter(([, text]) => text !== undefined)
    .map(
      ([file, text]) => sh`printf '%s' ${text ?? ""} >x/DEBIAN/${file}; chmod 755 x/DEBIAN/${file}`,
    );
  return lines([
    sh`rm -rf x; mkdir -p x/DEBIAN x/etc/${name}.d x/usr/share/${name}
printf '%s' ${control.replace(/\n+/g, "\n")} >x/DEBIAN/control
echo shipped >x/etc/${name}.d/a.conf; echo ${`/etc/${name}.d/a.conf`} >x/DEBIAN/conffiles`,
    ...scripts,
    service === undefined
      ? sh`:`
      : sh`mkdir -p x/usr/lib/systemd/system
printf '[Service]\\nExecStart=%s\\nUser=quintet-acct\\n' ${service} >x/usr/lib/systemd/system/${name}.service`,
    sh`dpkg-deb -b x ${`${name}_${version}_all.deb`} >/dev/null; rm -rf x`,
  ]);
}
