import { dump } from "js-yaml";
import type { Fact } from "./facts.ts";

/**
 * One play for all hosts at once: hosts that are asked the same kind of thing are asked together, each
 * with its own words. Tuned as its documentation advises: pipelining, connections that persist, ten
 * hosts at a time, nothing gathered that is not used, no search for the interpreter.
 */
export function ansibleFiles(facts: readonly Fact[], sshConfig: string, sockets: string) {
  const hosts = [...new Set(facts.map((fact) => fact.host))];
  const variables = hosts.map((host) => {
    const own = facts.filter((fact) => fact.host === host);
    const kinds = Map.groupBy(own, (fact) => variable(fact.what));
    return [host, Object.fromEntries([...kinds].map(([name, all]) => [name, all.map(wordsOf)]))];
  });
  const settings = [
    "[defaults]",
    "forks = 10",
    "gathering = explicit",
    "interpreter_python = /usr/bin/python3",
    "display_skipped_hosts = False",
    "[ssh_connection]",
    "pipelining = True",
    `control_path_dir = ${sockets}`,
    `ssh_args = -F ${sshConfig} -o ControlMaster=auto -o ControlPersist=60s`,
  ];
  return {
    "ansible.cfg": `${settings.join("\n")}\n`,
    "inventory.yml": dump({ all: { hosts: Object.fromEntries(variables) } }),
    "facts.yml": dump([{ hosts: "all", gather_facts: false, tasks: tasks(facts) }]),
  };
}

function wordsOf(fact: Fact) {
  return fact.words;
}

function variable(what: Fact["what"]): string {
  return `asked_${what.replaceAll(" ", "_")}`;
}

type Arguments = Record<string, unknown>;

const modules: Readonly<Record<Fact["what"], (word: (name: string) => string) => Arguments>> = {
  file: (word) => ({ "ansible.builtin.file": { ...dress(word), state: "file" } }),
  folder: (word) => ({ "ansible.builtin.file": { ...dress(word), state: "directory" } }),
  content: (word) => {
    const { path, ...ownership } = dress(word);
    return { "ansible.builtin.copy": { dest: path, ...ownership, content: word("content") } };
  },
  ini: (word) => ({
    "community.general.ini_file": {
      path: word("path"),
      section: word("section"),
      option: word("option"),
      // Else an example in a comment counts as the key.
      modify_inactive_option: false,
      value: word("value"),
    },
  }),
  line: (word) => ({ "ansible.builtin.lineinfile": { path: word("path"), line: word("line") } }),
  "no line": (word) => ({
    "ansible.builtin.lineinfile": {
      path: word("path"),
      regexp: word("regexp"),
      state: "absent",
    },
  }),
  packages: (word) => ({ "ansible.builtin.apt": { name: word("names"), state: "present" } }),
  "no packages": (word) => ({ "ansible.builtin.apt": { name: word("names"), state: "absent" } }),
  service: (word) => ({
    "ansible.builtin.systemd_service": {
      name: word("unit"),
      enabled: word("enabled"),
      masked: word("masked"),
      state: `{{ omit if ${bare(word("state"))} == 'any' else ${bare(word("state"))} }}`,
    },
  }),
  sysctl: (word) => ({
    "ansible.builtin.command": `sysctl -n ${word("name")}`,
    ...readOnly,
    failed_when: `answer.stdout.split() != ${bare(word("value"))}.split()`,
  }),
  // Its own module reads /proc/modules, which a kernel without loadable modules does not have.
  module: (word) => ({
    "ansible.builtin.command": `test -d /sys/module/${word("name")}`,
    ...readOnly,
    failed_when: false,
  }),
  mount: (word) => ({
    "ansible.builtin.command": `findmnt -n -o SOURCE,FSTYPE ${word("path")}`,
    ...readOnly,
  }),
  command: (word) => ({ "ansible.builtin.shell": word("script"), ...readOnly }),
};

const readOnly = { check_mode: false, changed_when: false, register: "answer" };

function tasks(facts: readonly Fact[]): Arguments[] {
  return [...Map.groupBy(facts, (fact) => fact.what)].flatMap(([what, all]) => {
    const perHost = Map.groupBy(all, (fact) => fact.host);
    const most = Math.max(...[...perHost.values()].map((own) => own.length));
    const list = `${variable(what)}`;
    return Array.from({ length: most }, (_, index) => ({
      name: `${what} ${index + 1}`,
      ...modules[what]((word) => `{{ ${list}[${index}].${word} }}`),
      when: `${list} | default([]) | length > ${index}`,
    }));
  });
}

function dress(word: (name: string) => string) {
  return {
    path: word("path"),
    owner: word("owner"),
    group: word("group"),
    mode: word("mode"),
  };
}

function bare(template: string): string {
  return template.replace("{{ ", "").replace(" }}", "");
}
