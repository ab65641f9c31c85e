import { createHash } from "node:crypto";
import { type Script, sh } from "../sh.ts";

/** What is mounted, and where. */
export interface MountSpot {
  readonly path: string;
  readonly source: string;
  readonly type: string;
  readonly options: string;
  readonly sourceUnits: readonly string[];
}

/** The unit that mounts a path at boot, named after it as systemd names mount units. */
export function unitName(path: string): string {
  const escaped = path.slice(1).replaceAll("-", "\\x2d").replaceAll("/", "-");
  return `quintet-mount-${escaped}.service`;
}

export function unitFile(path: string): string {
  return `/etc/systemd/system/${unitName(path)}`;
}

/**
 * It tries until it succeeds, because a cold boot of all hosts at once brings the source up late, and a
 * line in fstab is tried once. Given up after a while, so that the boot ends; then systemd begins anew,
 * when a last try, which outlives the giving up, is over. The process behind a file system in user
 * space runs on in the unit, and guests hang on it: so stopping the unit kills nothing but its shell.
 */
export function unitText({ path, source, type, options, sourceUnits }: MountSpot): string {
  const after = ["network-online.target", ...sourceUnits].join(" ");
  return `[Unit]
Description=Mount ${path}, however late its source is
Wants=network-online.target
After=local-fs.target ${after}

[Service]
Type=oneshot
RemainAfterExit=yes
TimeoutStartSec=300
Restart=on-failure
RestartSec=60
KillMode=process
ExecStart=/bin/sh -c 'until mountpoint -q ${path} || timeout 60 mount -t ${type} -o ${options} ${source} ${path}; do sleep 2; done'

[Install]
WantedBy=multi-user.target
`;
}

/** Prints the digest of the unit, and whether it is asked for at boot. */
export function lookAtUnit(path: string): Script {
  const wanted = `/etc/systemd/system/multi-user.target.wants/${unitName(path)}`;
  return sh`if [ -e ${unitFile(path)} ]; then
  echo "unit $(sha256sum <${unitFile(path)})"
  if [ -e ${wanted} ]; then echo enabled; fi
fi`;
}

/** How it comes back at boot, from what `lookAtUnit` printed. */
export function bootState(stdout: string, spot: MountSpot): string {
  const digest = /^unit (\w+)/m.exec(stdout)?.[1];
  if (digest === undefined) return "absent";
  if (digest !== createHash("sha256").update(unitText(spot)).digest("hex")) {
    return "its unit is for another mount";
  }
  return /^enabled$/m.test(stdout) ? "retried" : "its unit is disabled";
}

export function writeUnit(spot: MountSpot): Script {
  const file = unitFile(spot.path);
  return sh`umask 022
printf %s ${unitText(spot)} >${`${file}.new`} && mv ${`${file}.new`} ${file} &&
  systemctl enable ${unitName(spot.path)}`;
}

/** What requires the unit finds it done. */
export function tellSystemd(path: string): Script {
  return sh`if [ -d /run/systemd/system ]; then systemctl start ${unitName(path)}; fi`;
}

/** Takes the unit away. Its stopping does not unmount, but it ends a try that is still under way. */
export function removeUnit(path: string): Script {
  const unit = unitName(path);
  return sh`if [ -e ${unitFile(path)} ]; then systemctl disable ${unit} || exit; fi
rm -f ${unitFile(path)} ${`${unitFile(path)}.new`} || exit
if [ -d /run/systemd/system ]; then
  case $(systemctl is-active ${unit}) in activating) systemctl kill ${unit} ;; esac
  systemctl stop ${unit} 2>/dev/null
  systemctl daemon-reload && { systemctl reset-failed ${unit} 2>/dev/null || true; }
fi`;
}
