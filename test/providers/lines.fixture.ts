import fc from "fast-check";
import { type LinesKey, type LinesValue, lines } from "../../providers/lines.ts";
import { sh } from "../../providers/sh.ts";
import type { Fixture } from "../laws.ts";
import { folderPicture } from "./file.fixture.ts";

const path = (folder: string) => `${folder}/hosts`;
const picture = folderPicture;
const common = { state: lines, place: "folder", picture } as const;
type LinesFixture = Fixture<LinesKey, LinesValue>;

const others = (folder: string) => ({
  make: sh`{ echo '10.9.9.9 theirs'; cat ${path(folder)}; echo; echo '# theirs too'; } >${`${folder}/t`}; cat ${`${folder}/t`} >${path(folder)}; rm ${`${folder}/t`}`,
  see: sh`grep theirs ${path(folder)}`,
});

const hostsFile: LinesFixture = {
  ...common,
  others,
  key: (folder) => ({ path: path(folder), by: "field 1" }),
  wants: () => [
    { "192.168.0.1": "192.168.0.1 compute1 gateway", "192.168.0.2": "192.168.0.2\tcompute2" },
    { "192.168.0.2": "192.168.0.2 it's $two", "127.0.1.1": [], "::1": "::1 localhost" },
  ],
  befores: (folder) => ({
    "a hosts file": sh`printf '%s\n' '127.0.0.1 localhost' '127.0.1.1 bare' '' ' 192.168.0.2   old' '# 192.168.0.1 not' '::1 localhost' >${path(folder)}`,
    "a line doubled, and no line end": sh`printf '192.168.0.2 a\n127.0.0.1 b\n192.168.0.2 a\n192.168.0.1 c' >${path(folder)}; chmod 600 ${path(folder)}`,
    "no file": sh`:`,
    "an empty file": sh`: >${path(folder)}`,
  }),
  values: fc.dictionary(
    fc.constantFrom("10.0.0.1", "10.0.0.2"),
    fc.constantFrom<string | string[]>([], "10.0.0.1 a"),
  ),
};

const shellFile: LinesFixture = {
  ...common,
  others,
  key: (folder) => ({ path: path(folder), by: "assignment" }),
  wants: () => [
    { OPTIONS: `OPTIONS="--listen 'x' $y"`, LATER: "LATER=1" },
    { OPTIONS: [], LATER: "export LATER=2" },
  ],
  befores: (folder) => ({
    "a file of defaults": sh`printf '%s\n' '# OPTIONS: what to add' '#OPTIONS=""' 'A=b' 'export LATER=0' >${path(folder)}`,
    "the line set": sh`printf '%s\n' 'OPTIONS=1' '  OPTIONS=2' 'A=b'  >${path(folder)}`,
  }),
};

const markedLines: LinesFixture = {
  ...common,
  others,
  key: (folder) => ({ path: path(folder), by: "marker" }),
  wants: () => [
    { one: "allow 192.168.0.0/24", two: "deny all" },
    { one: "allow 10.0.0.0/8", three: "x # y" },
  ],
  befores: (folder) => ({
    "lines like ours": sh`printf '%s\n' 'allow 192.168.0.0/24' 'deny all' >${path(folder)}`,
  }),
};

const wholeLines: LinesFixture = {
  ...common,
  others,
  key: (folder) => ({ path: path(folder), by: "line" }),
  wants: () => [
    { "a b": "a b", c: [] },
    { "a b": [], "d e": "d e" },
  ],
  befores: (folder) => ({
    "lines of others": sh`printf '%s\n' 'a  b' c '' 'a b' ' c ' d >${path(folder)}`,
  }),
};

const fstab: LinesFixture = {
  ...common,
  others,
  key: (folder) => ({ path: path(folder), by: "field 2" }),
  wants: () => [
    { "/mnt": "controller:/vol /mnt glusterfs _netdev 0 0" },
    { "/mnt": "compute1:/vol /mnt glusterfs _netdev 0 0" },
  ],
  befores: (folder) => ({
    "an fstab": sh`printf '%s\n' '/dev/sda1 / ext4 defaults 0 1' '# other /mnt' >${path(folder)}`,
  }),
};

export const fixtures = [hostsFile, shellFile, markedLines, wholeLines, fstab];
