// Each of the two hundred packages with Python in them starts an interpreter to compile its own, and half of
// what they compile is tests. With five hosts on one machine that is half the time of an installation. Here
// apt has all of it compiled together when it has ended, and what one host has compiled of a package the
// others unpack, as they do the package; what is there in the end is the same, but for tests.

const program = "usr/bin/py3compile";
const waiting = "/run/testbed-py3compile";
const end = "usr/local/sbin/testbed-py3compile";

/** Where a host has the folder of what has been compiled, which all hosts of this machine share. */
export const compiledFolder = "/usr/lib/testbed-python";

/** Files of the base image, by their path in it. */
export const compiledTogether: Readonly<Record<string, string>> = {
  [program]: `#!/bin/sh
case "$1 $#" in
"-p 2") echo "$2" >>${waiting} ;;
*) exec "$0.distrib" "$@" ;;
esac
`,
  [end]: `#!/bin/sh
[ -s ${waiting} ] || exit 0
exec 9>>${compiledFolder}/lock && flock 9
version=$(basename "$(readlink -f /usr/bin/python3)")
tag=cpython-$(echo "\${version#python}" | tr -d .)
missing=
for one in $(sort -u ${waiting} | xargs dpkg-query -W -f '\${Package}=\${Version}\\n'); do
  tar -xf "${compiledFolder}/$version-$one" -C / 2>/dev/null || missing="$missing $one"
done
sources() {
  cat /var/lib/dpkg/info/"$1".list /var/lib/dpkg/info/"$1":*.list 2>/dev/null |
    grep '^/usr/lib/python3/dist-packages/.*\\.py$' | grep -v /tests/
}
for one in $missing; do sources "\${one%%=*}"; done | python3 -m compileall -q -i - >/dev/null 2>&1
[ $? -le 1 ] || missing=
for one in $missing; do
  sources "\${one%%=*}" | sed "s,\\([^/]*\\)\\.py$,__pycache__/\\1.$tag.pyc," |
    tar -cf ${compiledFolder}/new --ignore-failed-read --no-recursion -C / -T - 2>/dev/null &&
    mv ${compiledFolder}/new "${compiledFolder}/$version-$one"
done
rm -f ${waiting}
`,
  "etc/apt/apt.conf.d/91compile": `DPkg::Post-Invoke { "/${end}"; };\n`,
};

/** So that python3-minimal puts its own beside it. */
export const diverted = [
  ...["--quiet", "--local", "--no-rename", "--divert", `/${program}.distrib`],
  ...["--add", `/${program}`],
];
