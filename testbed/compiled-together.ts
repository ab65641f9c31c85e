// Each of the two hundred packages with Python in them starts an interpreter to compile its own, and half of
// what they compile is tests. With five hosts on one machine that is half the time of an installation. Here
// apt has all of it compiled together when it has ended, and what one host has compiled of a package the
// others unpack, as they do the package; what is there in the end is the same, but for tests. What removes
// it again starts an interpreter for each package as well, and here a shell.

const program = "usr/bin/py3compile";
const cleaner = "usr/bin/py3clean";
const waiting = "/run/testbed-py3compile";
const cleaning = "/run/testbed-py3clean";
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
  [cleaner]: `#!/bin/sh
[ "$1 $#" = "-p 2" ] || exec "$0.distrib" "$@"
# Python itself may have gone before, so its version is not asked for.
cat /var/lib/dpkg/info/"$2".list /var/lib/dpkg/info/"$2":*.list 2>/dev/null |
  sed -n 's,/\\([^/]*\\)\\.py$,/__pycache__/\\1.cpython-*.pyc,p' >${cleaning}
rm -f $(cat ${cleaning})
sed 's,/[^/]*$,,' ${cleaning} | sort -u | xargs -r -d '\\n' rmdir --ignore-fail-on-non-empty 2>/dev/null
rm ${cleaning}
exit 0
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

/** So that python3-minimal puts its own beside them. */
export const diverted = [program, cleaner].map((path) => [
  ...["--quiet", "--local", "--no-rename", "--divert", `/${path}.distrib`],
  ...["--add", `/${path}`],
]);
