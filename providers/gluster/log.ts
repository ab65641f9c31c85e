/** Where GlusterFS logs what it does for a mount, or for a brick (below "bricks/"). */
export function glusterLog(path: string, below: "" | "bricks/" = ""): string {
  return `/var/log/glusterfs/${below}${path.slice(1).replaceAll("/", "-")}.log`;
}
