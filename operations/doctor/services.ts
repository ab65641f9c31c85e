import { z } from "zod";
import { asksForAll, type Expected } from "./expected.ts";
import { count, type Finding, of, quoted, together, type Verdict } from "./finding.ts";
import type { Answers, Look } from "./look.ts";

const alive = z.object({ binary: z.string(), host: z.string() });
const answer = z.object({
  said: z.object({
    identity: z.number().optional(),
    services: z
      .array(
        alive.extend({ state: z.string(), status: z.string(), updated_at: z.string().nullish() }),
      )
      .optional(),
    agents: z
      .array(
        alive.extend({
          alive: z.boolean(),
          admin_state_up: z.boolean(),
          heartbeat_timestamp: z.string().nullish(),
        }),
      )
      .optional(),
    hypervisors: z
      .array(z.object({ hypervisor_hostname: z.string(), state: z.string(), status: z.string() }))
      .optional(),
    providers: z.array(z.object({ name: z.string() })).optional(),
    failed: z
      .array(
        z.object({
          id: z.string(),
          name: z.string(),
          "OS-EXT-SRV-ATTR:host": z.string().nullish(),
        }),
      )
      .optional(),
  }),
  silent: z.record(z.string(), z.string()),
});
type Said = z.infer<typeof answer>["said"];

/** What the cloud's own APIs say of its parts, asked on the controller. */
export const services: Look = {
  name: "cloud",
  seconds: 25,
  script: ({ name }, cloud) => (asksForAll(name, cloud) ? cloud.names.cloud.signs.ask : undefined),
  judge: judgeServices,
};

function judgeServices(answers: Answers, cloud: Expected): Verdict {
  const controller = cloud.site.controller.name;
  const stdout = answers.get(controller);
  if (stdout === undefined) return { findings: [], well: [] };
  const { said, silent } = answer.parse(JSON.parse(stdout));
  const heard = heartbeats(said, cloud);
  const findings = [
    ...silentApis(silent, controller, cloud),
    ...heard.filter(({ host }) => !cloud.site.down.has(host)).flatMap(({ wrong }) => wrong ?? []),
    ...unheard(said, heard, cloud),
    ...hypervisors(said, heard, cloud),
    ...failedMachines(said, cloud),
  ];
  const well = heard.filter(({ wrong }) => !wrong).length;
  return together([
    { findings, well: [] },
    of(
      controller,
      [],
      well > 0 ? `${count(well, "service and agent", "services and agents")} alive` : undefined,
    ),
  ]);
}

function silentApis(silent: Record<string, string>, host: string, { names }: Expected): Finding[] {
  return Object.entries(silent).map(([service, why]) => {
    const { apis } = names.cloud.signs;
    const also = service === "identity" ? "; the other APIs were not asked" : "";
    const found = `does not answer: ${quoted(why)}${also}`;
    return {
      level: "bad",
      host,
      what: `API ${service}`,
      found,
      command: lastOf(apis[service] ?? service, names),
    };
  });
}

interface Heard {
  readonly name: string;
  readonly host: string;
  readonly wrong: Finding | undefined;
}

function heartbeats({ services = [], agents = [] }: Said, { names }: Expected): Heard[] {
  const nova = services.map(({ binary, host, state, status, updated_at }) => ({
    binary,
    host,
    last: updated_at,
    up: state === "up",
    wanted: status === "enabled",
  }));
  const neutron = agents.map(({ binary, host, alive, admin_state_up, heartbeat_timestamp }) => ({
    binary,
    host,
    last: heartbeat_timestamp,
    up: alive,
    wanted: admin_state_up,
  }));
  return [...nova, ...neutron].map(({ binary: name, host, last, up, wanted }) => {
    const at = { host, what: name, command: lastOf(name, names) };
    const found = `has not been heard of since ${last ?? "it was made known"}`;
    if (!up) return { name, host, wrong: { ...at, level: "bad", found } };
    const wrong = {
      ...at,
      level: "look" as const,
      found: "is alive, and was disabled by somebody",
    };
    return { name, host, wrong: wanted ? undefined : wrong };
  });
}

/** Parts that are not even known to the service that they belong to. */
function unheard(said: Said, heard: readonly Heard[], { site, names }: Expected): Finding[] {
  const { everywhere, controller, computes } = names.cloud.signs;
  const up = ({ name }: { readonly name: string }) => !site.down.has(name);
  const on = (hosts: readonly { readonly name: string }[], parts: readonly string[]) =>
    hosts.filter(up).flatMap(({ name: host }) => parts.map((name) => ({ host, name })));
  const wanted = [
    ...(said.agents ? [...on(site.hosts, everywhere), ...on([site.controller], controller)] : []),
    ...(said.services ? on(site.computes, computes) : []),
  ];
  return wanted
    .filter(({ host, name }) => !heard.some((one) => one.name === name && one.host === host))
    .map(({ host, name }) => ({
      level: "bad",
      host,
      what: name,
      found: "the cloud has never heard of it",
      command: lastOf(name, names),
    }));
}

function lastOf(part: string, { cloud }: Expected["names"]): string {
  return `tail -n 50 ${cloud.signs.log(part)}`;
}

/** Of a host whose compute service is silent Nova says nothing new here. */
function hypervisors(
  { hypervisors, providers }: Said,
  heard: readonly Heard[],
  { site, names }: Expected,
): Finding[] {
  const silent = heard.filter(
    ({ name, wrong }) => names.cloud.signs.computes.includes(name) && wrong?.level === "bad",
  );
  return site.computes
    .filter(({ name }) => !site.down.has(name) && !silent.some(({ host }) => host === name))
    .flatMap(({ name: host }) => {
      const at = { level: "bad" as const, host, what: "hypervisor" };
      const one = hypervisors?.find(({ hypervisor_hostname: name }) => name === host);
      const command = lastOf(names.cloud.signs.computes[0] ?? "", names);
      if (hypervisors && !one) return [{ ...at, found: "Nova does not know it", command }];
      if (one && one.state !== "up")
        return [{ ...at, found: `Nova holds it to be ${one.state}`, command }];
      const known = providers?.some(({ name }) => name === host) ?? true;
      return known ? [] : [{ ...at, found: "Placement does not know it", command }];
    });
}

function failedMachines({ failed = [] }: Said, { site, names }: Expected): Finding[] {
  const { computes, placing, log } = names.cloud.signs;
  return failed.map(({ id, name, "OS-EXT-SRV-ATTR:host": host }) => ({
    level: "look",
    host: host ?? site.controller.name,
    what: `instance ${quoted(name)}`,
    found: `is in ERROR (${id})`,
    command: `grep ${id} ${log(host ? (computes[0] ?? placing) : placing)}`,
  }));
}
