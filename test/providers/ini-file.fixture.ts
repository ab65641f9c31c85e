import { userInfo } from "node:os";
import fc from "fast-check";
import { type IniFileKey, type IniFileValue, iniFile } from "../../providers/ini-file.ts";
import { sh } from "../../providers/sh.ts";
import type { Fixture } from "../laws.ts";
import { folderPicture } from "./file.fixture.ts";

const { username: owner } = userInfo();
const path = (folder: string) => `${folder}/nova's.conf`;

const sample = `# The address.
#my_ip = <host_ip>
above=1

[DEFAULT]
#
# From nova.conf
#
#my_ip = <host_ip>
; debug = false
enabled_apis=osapi_compute
enabled_apis=metadata
transport_url = rabbit://x
  continued=here

[database]
connection=sqlite:////var/lib/nova/nova.sqlite

[DEFAULT]
debug = true
[empty]

[api]
# nothing yet`;

const any = fc.array(fc.constantFrom("a", "=", " ", "#", "é", "\\", '"', "'", "&", "[", "%"), {
  maxLength: 8,
});
const oneLine = any.map((letters) => letters.join(""));

export const fixture: Fixture<IniFileKey, IniFileValue> = {
  state: iniFile,
  place: "folder",
  key: (folder) => ({ path: path(folder) }),
  wants: () => [
    {
      "/above": "2 # not a comment",
      "DEFAULT/my_ip": "192.168.0.5",
      "DEFAULT/debug": [],
      "DEFAULT/enabled_apis": ["osapi_compute", "metadata", "x"],
      "database/connection": "mysql://n:it's%20$x&\\1=#@controller/nova",
      "new/key": "a\nb = c\n[d]",
      mode: "0640",
    },
    { "DEFAULT/my_ip": "192.168.0.6", "empty/now": "full", owner, mode: "0600" },
  ],
  befores: (folder) => ({
    "a file of others": sh`printf '%s' ${sample} >${path(folder)}; chmod 604 ${path(folder)}`,
    "no file": sh`:`,
    "an empty file": sh`: >${path(folder)}`,
    "a file with line ends of another system": sh`printf '[DEFAULT]\\r\\nmy_ip=1\\r\\n\\r\\n[a]\\r\\nb=c\\r\\n' >${path(folder)}`,
    "a key that stands there twice": sh`printf '[DEFAULT]\nmy_ip=1\n[a]\nb:c\n[DEFAULT]\nmy_ip = 2\n\n\n' >${path(folder)}`,
  }),
  picture: folderPicture,
  others: (folder) => ({
    make: sh`printf '%s\n' '' '[theirs]' 'theirs_1 = theirs' >>${path(folder)}
sed 's/^\\[DEFAULT\\]/&\\ntheirs_2=theirs/' ${path(folder)} >${`${folder}/t`} && cat ${`${folder}/t`} >${path(folder)}; rm ${`${folder}/t`}`,
    see: sh`grep theirs ${path(folder)}`,
  }),
  values: fc.dictionary(
    fc.constantFrom("a/b", "/top", "DEFAULT/my_ip", "x y/z", "a//v2.1"),
    fc.oneof(oneLine, fc.array(oneLine, { maxLength: 3 })),
  ),
};
