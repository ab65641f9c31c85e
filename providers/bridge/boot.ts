import { createHash } from "node:crypto";
import type { BridgeKey, BridgeValue } from "../bridge.ts";
import { type Script, sh } from "../sh.ts";
import { guards } from "../transport/guard.ts";
import { programText } from "./program.ts";

const folder = "/etc/quintet/bridges";

export function programFile(name: string): string {
  return `${folder}/${name}`;
}

export function unitName(name: string): string {
  return `quintet-bridge-${name.replaceAll("-", "\\x2d")}.service`;
}

/** What its edits are called by the guard. */
export function guardName(name: string): string {
  return `bridge-${name.replaceAll(".", "_")}`;
}

function unitFile(name: string): string {
  return `/etc/systemd/system/${unitName(name)}`;
}

// After whatever gives the interface its addresses; when that is done anew, so is this.
function unitText(name: string): string {
  return `[Unit]
Description=${name}, a bridge in the place of an interface
After=networking.service systemd-networkd.service NetworkManager.service
PartOf=networking.service systemd-networkd.service NetworkManager.service
Before=network-online.target

[Service]
Type=oneshot
RemainAfterExit=yes
ExecStart=/bin/sh ${programFile(name)} up
ExecStop=/bin/sh ${programFile(name)} down

[Install]
WantedBy=multi-user.target
`;
}

/** Prints the digests of program and unit, whether the unit is asked for at boot, and unconfirmed edits. */
export function lookAtBoot(name: string): Script {
  const wanted = `/etc/systemd/system/multi-user.target.wants/${unitName(name)}`;
  return sh`for file in ${[programFile(name), unitFile(name)]}; do
  if [ -e "$file" ]; then echo "file $(sha256sum <"$file")"; else echo 'file none'; fi
done
if [ -e ${wanted} ]; then echo enabled; fi
for guard in ${guards(`${guardName(name)}.`)}; do [ ! -e "$guard" ] || echo armed; done`;
}

/** How the bridge comes back at boot, from what `lookAtBoot` printed. */
export function bootState(stdout: string, key: BridgeKey, declared?: BridgeValue): string {
  const [program, unit] = [...stdout.matchAll(/^file (\S+)/gm)].map(([, digest]) => digest);
  if (program === "none" && unit === "none") return "absent";
  // A run that was cut off left it so: the host will go back by itself.
  if (/^armed$/m.test(stdout)) return "not confirmed";
  const wanted = declared && digest(programText(key, declared));
  if (program !== wanted || unit !== digest(unitText(key.name))) return "its unit is for another";
  return /^enabled$/m.test(stdout) ? "restored" : "its unit is disabled";
}

function digest(text: string): string {
  return createHash("sha256").update(text).digest("hex");
}

export function writeBoot(key: BridgeKey, value: BridgeValue): Script {
  const [program, unit] = [programFile(key.name), unitFile(key.name)];
  return sh`umask 022
mkdir -p ${folder} && printf %s ${programText(key, value)} >${`${program}.new`} &&
  mv ${`${program}.new`} ${program} && printf %s ${unitText(key.name)} >${`${unit}.new`} &&
  mv ${`${unit}.new`} ${unit} && systemctl daemon-reload && systemctl enable ${unitName(key.name)}`;
}

/** Takes program and unit away; a folder goes with the last that was in it. */
export function removeBoot(name: string): Script {
  const unit = unitName(name);
  return sh`if [ -e ${unitFile(name)} ]; then systemctl disable ${unit} || exit; fi
rm -f ${[programFile(name), unitFile(name), `${programFile(name)}.new`, `${unitFile(name)}.new`]} || exit
if [ -d ${folder} ]; then rmdir ${folder} 2>/dev/null; rmdir /etc/quintet 2>/dev/null; fi
systemctl daemon-reload && { systemctl reset-failed ${unit} 2>/dev/null || true; }`;
}
