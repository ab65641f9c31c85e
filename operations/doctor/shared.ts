import { z } from "zod";
import { Unseen } from "../../providers/errors.ts";
import { asking as askDatabase, rowsIn } from "../../providers/mariadb/command.ts";
import { answerIn, asking as askQueue } from "../../providers/rabbitmq/command.ts";
import { asksForAll } from "./expected.ts";
import { count, type HostFinding, of, quoted } from "./finding.ts";
import { onEach } from "./look.ts";

const queueAnswer = z.object({
  alarms: z.array(z.string()),
  partitions: z.array(z.string()),
  waiting: z.array(z.object({ name: z.string(), messages: z.number() })),
  queues: z.number(),
});

// Queues that go by themselves when nobody comes (of a process that was started anew) are no news.
const queueQuestion = `begin
  Words = fun(Term) -> iolist_to_binary(io_lib:format("~0p", [Term])) end,
  All = rabbit_amqqueue:info_all(<<"/">>, [name, messages, consumers, arguments]),
  Of = fun(Key, Queue) -> proplists:get_value(Key, Queue) end,
  #{alarms => [Words(Alarm) || Alarm <- rabbit_alarm:get_alarms()],
    partitions => [Words(Part) || Part <- rabbit_node_monitor:partitions()],
    queues => length(All),
    waiting => [#{name => element(4, Of(name, Queue)), messages => Of(messages, Queue)} || Queue <- All,
      Of(messages, Queue) > 0, Of(consumers, Queue) =:= 0,
      lists:keymember(<<"x-expires">>, 1, Of(arguments, Queue)) =:= false]}
end`;

/** The queue over which the services talk. */
export const queue = onEach({
  name: "queue",
  seconds: 6,
  script: ({ name }, cloud) => (asksForAll(name, cloud) ? askQueue(queueQuestion) : undefined),

  judge: (stdout, { name }, { names }) => {
    const { unit } = names.cloud.control.queue;
    return answering(name, "queue", `journalctl -u ${unit} -n 50`, () => {
      const { alarms, partitions, waiting, queues } = queueAnswer.parse(answerIn(stdout));
      const findings: HostFinding[] = [
        ...alarms.map((alarm) =>
          bad("queue", `alarm, nobody may send: ${quoted(alarm)}`, "rabbitmq-diagnostics alarms"),
        ),
        ...partitions.map((part) =>
          bad("queue", `partitioned: ${quoted(part)}`, "rabbitmqctl cluster_status"),
        ),
        ...waiting.map(({ name: queue, messages }) => ({
          level: "look" as const,
          what: `queue ${quoted(queue)}`,
          found: `${count(messages, "message")}, and nobody takes them`,
          command: "rabbitmqctl list_queues name messages consumers",
        })),
      ];
      return of(name, findings, findings.length > 0 ? undefined : count(queues, "queue"));
    });
  },
});

const usage = `SELECT variable_value, @@max_connections FROM information_schema.global_status
WHERE variable_name = 'THREADS_CONNECTED'`;

/** The database in which the services keep what they know. */
export const database = onEach({
  name: "database",
  seconds: 6,
  script: ({ name }, cloud) => (asksForAll(name, cloud) ? askDatabase(usage) : undefined),

  judge: (stdout, { name }, { names }) => {
    const { unit } = names.cloud.control.database;
    return answering(name, "database", `journalctl -u ${unit} -n 50`, () => {
      const [open = 0, most = 1] = (rowsIn(stdout)[0] ?? "").split("\t").map(Number);
      if (open < 0.85 * most) return of(name, [], "database answers");
      const found = `${open} of ${most} connections are taken`;
      const command = "mariadb -e 'SHOW PROCESSLIST'";
      return of(name, [{ level: "look", what: "database", found, command }]);
    });
  },
});

function bad(what: string, found: string, command: string): HostFinding {
  return { level: "bad", what, found, command };
}

function answering(
  host: string,
  what: string,
  command: string,
  judge: () => ReturnType<typeof of>,
) {
  try {
    return judge();
  } catch (error) {
    if (!(error instanceof Unseen)) throw error;
    return of(host, [bad(what, quoted(error.message), command)]);
  }
}
