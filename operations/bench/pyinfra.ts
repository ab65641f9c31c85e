import type { Fact } from "./facts.ts";

/** The same questions as operations and facts of pyinfra, which asks all hosts at once as it comes. */
export function pyinfraFiles(facts: readonly Fact[], sshConfig: string) {
  const hosts = Map.groupBy(facts, (fact) => fact.host);
  const asked = Object.fromEntries(
    [...hosts].map(([host, own]) => [host, own.map(({ what, words }) => ({ what, ...words }))]),
  );
  return {
    "asked.json": JSON.stringify(asked),
    "inventory.py": `import json
asked = json.load(open("asked.json"))
hosts = [(host, {"asked": facts, "ssh_user": "root", "ssh_config_file": ${JSON.stringify(sshConfig)}})
         for host, facts in asked.items()]
`,
    "facts.py": deploy,
  };
}

const deploy = `import io
import re
from pyinfra import host
from pyinfra.facts.server import Command, Mounts
from pyinfra.operations import apt, files, server, systemd

running = {"started": True, "stopped": False, "any": None}

def ownership(one):
    return {"user": one["owner"], "group": one["group"], "mode": one["mode"].lstrip("0")}

# Without this, the order of what differs between hosts is a cycle to pyinfra.
for one in host.loop(host.data.asked):
    what = one["what"]
    if what == "file":
        files.file(path=one["path"], **ownership(one))
    elif what == "folder":
        files.directory(path=one["path"], **ownership(one))
    elif what == "content":
        files.put(src=io.StringIO(one["content"]), dest=one["path"], **ownership(one))
    elif what == "ini":
        line = "^" + re.escape(one["option"]) + " *= *"
        files.line(path=one["path"], line=line, replace=one["option"] + " = " + one["value"])
    elif what == "line":
        files.line(path=one["path"], line=one["line"])
    elif what == "no line":
        files.line(path=one["path"], line=one["regexp"], present=False)
    elif what == "packages":
        apt.packages(packages=one["names"])
    elif what == "no packages":
        apt.packages(packages=one["names"], present=False)
    elif what == "service":
        systemd.service(service=one["unit"], running=running[one["state"]], enabled=one["enabled"])
    elif what == "sysctl":
        server.sysctl(key=one["name"], value=one["value"])
    elif what == "module":
        host.get_fact(Command, "test -d /sys/module/" + one["name"] + " || :")
    elif what == "mount":
        assert one["path"] in host.get_fact(Mounts)
    elif what == "command":
        host.get_fact(Command, one["script"])
    else:
        raise ValueError(what)
`;
