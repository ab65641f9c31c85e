import { glusterLog } from "../../providers/gluster/log.ts";
import { lookAtMount, mountedAt } from "../../providers/mount/now.ts";
import { lines, sh } from "../../providers/sh.ts";
import { count, of } from "./finding.ts";
import { onEach, parts } from "./look.ts";

/** What is promised to be mounted, and whether it answers. */
export const mounts = onEach({
  name: "mounts",
  seconds: 20,

  script: ({ mounts }) =>
    mounts.length === 0
      ? undefined
      : lines(mounts.flatMap(({ path }) => [sh`echo ${`at ${path}`}`, lookAtMount(path)])),

  judge(stdout, host) {
    const seen = new Map(parts(stdout, "at"));
    const findings = host.mounts.flatMap(({ path, source }) => {
      const mounted = mountedAt(seen.get(path) ?? "");
      const what = `mount ${path}`;
      if (!mounted) {
        return [{ level: "bad" as const, what, found: "not mounted", command: `findmnt ${path}` }];
      }
      if (mounted.now !== "mounted") {
        const command = `tail -n 50 ${glusterLog(path)}`;
        return [{ level: "bad" as const, what, found: mounted.now, command }];
      }
      if (mounted.source === source) return [];
      const found = `${mounted.source} is mounted there, not ${source}`;
      return [{ level: "bad" as const, what, found, command: `findmnt ${path}` }];
    });
    const well = host.mounts.length - findings.length;
    return of(host.name, findings, well > 0 ? count(well, "mount") : undefined);
  },
});
