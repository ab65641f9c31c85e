import { sh } from "../../providers/sh.ts";

/** Installs MariaDB where it is not, and starts it. */
export const bringMariadb = sh`
command -v mariadbd >/dev/null || {
  apt-get update && DEBIAN_FRONTEND=noninteractive \\
    apt-get install -y --no-install-recommends mariadb-server
} || exit
systemctl start mariadb`;

export const stopMariadb = sh`systemctl stop mariadb`;

/** Every database and table, and every account of the laws with its rights. */
export const mariadbPicture = sh`mariadb -NB -e "
SELECT schema_name, default_character_set_name, default_collation_name FROM information_schema.schemata ORDER BY 1;
SELECT table_schema, table_name FROM information_schema.tables WHERE table_schema LIKE 'laws%' ORDER BY 1, 2;
SELECT user, host FROM mysql.global_priv ORDER BY 1, 2;"
mariadb -f -NB -e "SHOW GRANTS FOR laws_user@'%'" 2>/dev/null; true`;

export const cleanMariadb = sh`mariadb -e "
DROP DATABASE IF EXISTS laws_one; DROP DATABASE IF EXISTS laws_two;
DROP USER IF EXISTS laws_user@'%', laws_user@localhost"
rm -rf /var/lib/quintet`;

/** Installs RabbitMQ where it is not, and starts it. */
export const bringRabbitmq = sh`
command -v rabbitmqctl >/dev/null || {
  apt-get update && DEBIAN_FRONTEND=noninteractive \\
    apt-get install -y --no-install-recommends rabbitmq-server
} || exit
systemctl start rabbitmq-server`;

// Its port mapper is started by whoever asks first, and its socket would start it again.
export const stopRabbitmq = sh`systemctl stop rabbitmq-server && systemctl stop epmd.socket epmd.service`;

/** Evaluates Erlang, quicker than rabbitmqctl does. */
export const erlang = (expression: string) =>
  sh`printf '%s.\n' ${expression} | HOME=/var/lib/rabbitmq erl_call -sname rabbit -e`;

export const rabbitmqPicture = erlang(
  `binary_to_list(iolist_to_binary(rabbit_json:encode(maps:with([users, permissions], rabbit_definitions:all_definitions()))))`,
);

export const cleanRabbitmq = sh`${erlang(
  '[rabbit_auth_backend_internal:delete_user(User, <<"laws">>) || User <- [<<"laws_user">>, <<"laws_other">>]]',
)}
rm -rf /var/lib/quintet`;
