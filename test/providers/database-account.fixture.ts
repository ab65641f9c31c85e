import {
  type DatabaseAccountKey,
  type DatabaseAccountValue,
  databaseAccount,
  nativeHash,
} from "../../providers/database-account.ts";
import { sh } from "../../providers/sh.ts";
import type { Fixture } from "../laws.ts";
import { bringMariadb, cleanMariadb, mariadbPicture, stopMariadb } from "./account-places.ts";

const theirs = sh`mariadb -e "
CREATE USER laws_user@'%' IDENTIFIED BY 'theirs' REQUIRE SSL WITH MAX_USER_CONNECTIONS 4;
GRANT SELECT, INSERT ON mysql.db TO laws_user@'%';
GRANT ALL PRIVILEGES ON laws_one.* TO laws_user@'%' WITH GRANT OPTION"`;

const common: Omit<Fixture<DatabaseAccountKey, DatabaseAccountValue>, "wants" | "befores"> = {
  state: databaseAccount,
  place: "host",
  host: "compute1",
  key: () => ({ user: "laws_user", host: "%" }),
  picture: () => mariadbPicture,
  others: () => ({
    make: sh`mariadb -e 'CREATE USER laws_user@localhost; GRANT SELECT ON laws_one.* TO laws_user@localhost'`,
    see: sh`mariadb -NBe 'SHOW GRANTS FOR laws_user@localhost'`,
  }),
  prepare: () => bringMariadb,
  cleanUp: () => cleanMariadb,
  takeAway: () => stopMariadb,
};

const account = { password: nativeHash("it's"), "grant/laws_two": "INSERT, SELECT" };

export const fixtures: readonly Fixture<DatabaseAccountKey, DatabaseAccountValue>[] = [
  {
    ...common,
    wants: () => [
      { password: nativeHash("one"), "grant/laws_one": "ALL PRIVILEGES" },
      { ...account, "grant/laws_one": "SELECT" },
    ],
    befores: () => ({ "no account": sh`:`, "an account of others": theirs }),
  },
  {
    ...common,
    wants: () => [{ state: "absent" }, account],
    befores: () => ({ "an account that is not to be": theirs }),
    except: { "every want round-trips through parse": "nothing is seen where nothing is to be" },
  },
];
