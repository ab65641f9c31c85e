// Each of the two hundred packages with Python in them starts an interpreter to compile its own, and half of
// what they compile is tests. With five hosts on one machine that is half the time of an installation. Here
// apt has all of it compiled together when it has ended; what is compiled in the end is the same, but for
// tests.

const program = "usr/bin/py3compile";
const waiting = "/run/testbed-py3compile";
const end = "usr/local/sbin/testbed-py3compile";

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
sort -u ${waiting} | xargs dpkg -L 2>/dev/null | grep '^/usr/lib/python3/dist-packages/.*\\.py$' | grep -v /tests/ |
  python3 -m compileall -q -i - >/dev/null 2>&1
rm -f ${waiting}
`,
  "etc/apt/apt.conf.d/91compile": `DPkg::Post-Invoke { "/${end}"; };\n`,
};

/** So that python3-minimal puts its own beside it. */
export const diverted = [
  ...["--quiet", "--local", "--no-rename", "--divert", `/${program}.distrib`],
  ...["--add", `/${program}`],
];
