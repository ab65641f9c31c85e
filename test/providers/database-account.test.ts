import assert from "node:assert/strict";
import { describe, test } from "node:test";
import {
  type DatabaseAccountValue,
  databaseAccount,
  nativeHash,
} from "../../providers/database-account.ts";
import { Unseen } from "../../providers/errors.ts";
import { HostGround } from "../../providers/host-ground.ts";
import type { Props } from "../../providers/layout.ts";
import { Lifecycle } from "../../providers/lifecycle.ts";
import { unaskable } from "../places.ts";

const key = { user: "nova", host: "%" };
const password = nativeHash("secret");

/** Recorded from MariaDB 11.8 on Debian 13. */
const recorded = `seen
GRANT \`r\` TO \`nova\`@\`%\`
GRANT USAGE ON *.* TO \`nova\`@\`%\` IDENTIFIED BY PASSWORD '*14E65567ABDB5135D0CFD9A70B3032C179A49EE7'
GRANT ALL PRIVILEGES ON \`nova\`.* TO \`nova\`@\`%\` WITH GRANT OPTION
GRANT ALL PRIVILEGES ON \`nova_api\`.* TO \`nova\`@\`%\`
GRANT SELECT (\`b c\`, \`a\`), INSERT ON \`lx\`.\`x\` TO \`nova\`@\`%\`
SET DEFAULT ROLE \`r\` FOR \`nova\`@\`%\`
`;
const whys = (want: DatabaseAccountValue | undefined, have: DatabaseAccountValue | undefined) =>
  databaseAccount.converge(key, want, have).map((change) => change.why);

describe("a database's account", () => {
  test("is read with all its rights", () => {
    assert.deepEqual(databaseAccount.parse(recorded), {
      password,
      "grant/`r`": "ROLE",
      "grant/nova": "ALL PRIVILEGES WITH GRANT OPTION",
      "grant/nova_api": "ALL PRIVILEGES",
      "grant/`lx`.`x`": "SELECT (`b c`, `a`), INSERT",
    });
  });

  test("that comes in by other means keeps them, and what they take", () => {
    const row =
      "seen\nGRANT USAGE ON *.* TO `s`@`%` IDENTIFIED VIA unix_socket REQUIRE SSL WITH MAX_USER_CONNECTIONS 4\n";
    assert.deepEqual(databaseAccount.parse(row), {
      password: "IDENTIFIED VIA unix_socket",
      requires: "REQUIRE SSL WITH MAX_USER_CONNECTIONS 4",
    });
  });

  test("is absent where no row came, and not seen where MariaDB is stopped", () => {
    assert.equal(databaseAccount.parse("seen\n\n"), undefined);
    const said = "unseen\nERROR 2002 (HY000): Can't connect to local server through socket\n";
    assert.throws(() => databaseAccount.parse(said), Unseen);
  });

  test("loses a right that nobody declared, and gets one that is missing", () => {
    const want = { password, "grant/nova": "ALL PRIVILEGES" };
    assert.deepEqual(whys(want, { password, "grant/glance": "SELECT" }), [
      "take glance from nova@% (was SELECT)",
      "grant ALL PRIVILEGES on nova to nova@% (was absent)",
    ]);
  });
});

describe("the password of an account", () => {
  const at = { host: "here", key, claim: "nova", stack: "test" };
  const promise: Props = {
    at,
    password: "in place",
    secrets: { password: { value: "secret" } },
    "grant/nova": "ALL PRIVILEGES",
  };
  const row = (hash: string) => `seen
GRANT USAGE ON *.* TO \`nova\`@\`%\` IDENTIFIED BY PASSWORD '${hash}'
GRANT ALL PRIVILEGES ON \`nova\`.* TO \`nova\`@\`%\`
GRANT SELECT ON \`glance\`.* TO \`nova\`@\`%\`
`;
  const read = (hash: string, props: Props) => {
    const probe = async () => ({ stdout: row(hash), stderr: "", status: 0 });
    const none = { down: new Set<string>(), abandoned: new Set<string>() };
    return new Lifecycle(new HostGround(databaseAccount, { ...unaskable.hosts, probe }), none).read(
      "id",
      props,
    );
  };
  const { secrets: _secret, at: _at, ...declared } = promise;
  const stored = { ...promise, declared };

  test("is a word in what was seen, neither it nor a hash", async () => {
    const same = await read(password, stored);
    assert.equal(same.props.password, "in place");
    const other = await read(nativeHash("theirs"), stored);
    assert.equal(other.inputs?.password, "differs");
    const { secrets: _wanted, ...visible } = other.props;
    assert.doesNotMatch(JSON.stringify(visible), /\*[0-9A-F]{40}|"secret"/);
  });

  test("is not seen where the account is to be absent", async () => {
    const seen = await read(password, { at, state: "absent", declared: { state: "absent" } });
    assert.equal(seen.props.state, "present");
    assert.doesNotMatch(JSON.stringify(seen), /\*[0-9A-F]{40}/);
  });

  test("stays here: scripts hold its hash, marked as a secret", () => {
    const [change] = databaseAccount.converge(key, { password }, undefined);
    assert.match(change?.script.secrets.join(" ") ?? "", /\*14E65567/);
  });

  test("an extra right alone is a difference", async () => {
    const { props } = await read(password, stored);
    const none = { down: new Set<string>(), abandoned: new Set<string>() };
    assert.equal(
      new Lifecycle(new HostGround(databaseAccount, unaskable.hosts), none).diff(props, promise)
        .changes,
      true,
    );
  });
});
