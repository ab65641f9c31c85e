import {
  type QueueAccountKey,
  type QueueAccountValue,
  queueAccount,
  saltedHash,
} from "../../providers/queue-account.ts";
import { sh } from "../../providers/sh.ts";
import type { Fixture } from "../laws.ts";
import {
  bringRabbitmq,
  cleanRabbitmq,
  erlang,
  rabbitmqPicture,
  stopRabbitmq,
} from "./account-places.ts";

const make = (user: string) =>
  erlang(
    `rabbit_auth_backend_internal:put_user(#{name => <<"${user}">>, password => <<"theirs">>, tags => [monitoring]}, <<"laws">>), rabbit_auth_backend_internal:set_permissions(<<"${user}">>, <<"/">>, <<"^theirs">>, <<".*">>, <<".*">>, <<"laws">>)`,
  );

const common: Omit<Fixture<QueueAccountKey, QueueAccountValue>, "wants" | "befores"> = {
  state: queueAccount,
  place: "host",
  host: "compute1",
  key: () => ({ user: "laws_user" }),
  picture: () => rabbitmqPicture,
  others: () => ({
    make: make("laws_other"),
    see: erlang('rabbit_auth_backend_internal:list_user_permissions(<<"laws_other">>)'),
  }),
  prepare: () => bringRabbitmq,
  cleanUp: () => cleanRabbitmq,
  takeAway: () => stopRabbitmq,
};

const password = saltedHash("laws_user", "it's");

export const fixtures: readonly Fixture<QueueAccountKey, QueueAccountValue>[] = [
  {
    ...common,
    wants: () => [
      { password: saltedHash("laws_user", "one"), tags: "", "permission//": ".* .* .*" },
      { password, tags: "management,policymaker" },
    ],
    befores: () => ({ "no account": sh`:`, "an account of others": make("laws_user") }),
  },
  {
    ...common,
    wants: () => [{ state: "absent" }, { password, tags: "", "permission//": "^$ .* .*" }],
    befores: () => ({ "an account that is not to be": make("laws_user") }),
    except: { "every want round-trips through parse": "nothing is seen where nothing is to be" },
  },
];
