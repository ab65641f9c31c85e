import { type DatabaseKey, type DatabaseValue, database } from "../../providers/database.ts";
import { sh } from "../../providers/sh.ts";
import type { Fixture } from "../laws.ts";
import { bringMariadb, cleanMariadb, mariadbPicture, stopMariadb } from "./account-places.ts";

export const fixture: Fixture<DatabaseKey, DatabaseValue> = {
  state: database,
  place: "host",
  host: "compute1",
  key: () => ({ name: "laws_one" }),
  wants: () => [
    { characterSet: "utf8mb4", collation: "utf8mb4_general_ci", data: "keep" },
    { characterSet: "latin1", collation: "latin1_bin", data: "discard" },
  ],
  befores: () => ({
    "no database": sh`:`,
    "a database of others, with a table": sh`mariadb -e 'CREATE DATABASE laws_one CHARACTER SET utf8mb3; CREATE TABLE laws_one.theirs (a int)'`,
  }),
  picture: () => mariadbPicture,
  others: () => ({
    make: sh`mariadb -e 'CREATE DATABASE laws_two CHARACTER SET latin1'`,
    see: sh`mariadb -NBe 'SHOW CREATE DATABASE laws_two'`,
  }),
  prepare: () => bringMariadb,
  cleanUp: () => cleanMariadb,
  takeAway: () => stopMariadb,
};
