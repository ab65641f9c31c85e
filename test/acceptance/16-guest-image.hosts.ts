import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { guestImage, marks } from "../../testbed/guest-image.ts";
import { expectStatus, onHost, run, sshConfig, tryOnHost, until } from "./cloud.ts";
import { converged } from "./picture.ts";

const host = "compute4";
const folder = "/var/tmp/guest-image";
const ssh = [
  ...["ssh", "-p", "2222", "-i", `${folder}/key`, "-o", `UserKnownHostsFile=${folder}/known`],
  ...["-o", "StrictHostKeyChecking=accept-new", "-o", "BatchMode=yes", "-o", "ConnectTimeout=20"],
].join(" ");

/**
 * The guest alone, with QEMU's own network of one guest. What a cloud has at the metadata address is
 * here a program of one line, which QEMU starts for each request.
 */
describe("a guest of the cloud's image", () => {
  before(async () => {
    await converged();
    await onHost(host, `rm -rf ${folder} && mkdir -p ${folder}/latest/meta-data/public-keys/0`);
    const { file } = await guestImage();
    expectStatus(await run(["scp", "-q", "-F", sshConfig, file, `${host}:${folder}/guest`]), 0);
    await onHost(
      host,
      `cd ${folder}/latest/meta-data
ssh-keygen -q -t ed25519 -N "" -f ${folder}/key
cp ${folder}/key.pub public-keys/0/openssh-key
printf i-00000001 >instance-id
printf first.novalocal >hostname
cat >${folder}/answer <<'END'
#!/bin/sh
read -r _ path _ && printf 'HTTP/1.0 200 OK\\r\\n\\r\\n' && exec cat "${folder}$path"
END
chmod +x ${folder}/answer`,
    );
  });
  after(async () => {
    await powerLoss();
    await onHost(host, `rm -rf ${folder}`);
  });

  let first: ReadonlyMap<string, string>;

  test("learns from the cloud who it is and who may log in", async () => {
    first = await boot();
    assert.equal(first.get("instance"), "i-00000001");
    assert.equal(first.get("address"), "169.254.2.15");
    assert.equal(
      await inGuest("hostname; cat /proc/sys/kernel/random/boot_id; echo $HOME"),
      [...["first.novalocal", first.get("boot"), "/root"]].join("\n"),
    );
    const known = await onHost(host, `cut -d " " -f 2- ${folder}/known`);
    assert.equal(known.trim(), first.get("host-key"));
  });

  test("asks nobody for a password", async () => {
    const offers = `${ssh} -o PubkeyAuthentication=no root@127.0.0.1 true`;
    const { status, stderr } = await tryOnHost(host, offers);
    assert.equal(status, 255);
    assert.match(stderr, /Permission denied \(publickey\)/);
  });

  test("has programs for both ends of a port", async () => {
    await inGuest("mkdir /www && echo page >/www/page && httpd -p 8080 -h /www");
    assert.equal(await inGuest("wget -q -O - http://127.0.0.1:8080/page"), "page");
    await inGuest("nc -ll -p 9000 -e echo heard >/dev/null 2>&1 &");
    const hear = "until nc 127.0.0.1 9000 </dev/null 2>/dev/null; do sleep 1; done";
    assert.equal(await inGuest(hear), "heard");
  });

  test("obeys what is typed at its keyboard, where nobody has to log in", async () => {
    const keys = ["ret", ..."echo typed", "shift-dot", ..."/dev/ttyS0", "ret"].map((key) => {
      return { " ": "spc", "/": "slash", S: "shift-s" }[key] ?? key;
    });
    await monitor(keys.map((key) => `sendkey ${key}`));
    await until("what was typed is done", 20, async () =>
      /^typed\r?$/m.test(await serialPort()) ? true : undefined,
    );
  });

  test("knows its files and is known again after a power loss", async () => {
    await inGuest("echo written >/disk/file");
    await powerLoss();
    const second = await boot();
    assert.notEqual(second.get("boot"), first.get("boot"));
    assert.equal(second.get("host-key"), first.get("host-key"));
    assert.equal(await inGuest("cat /disk/file"), "written");
  });

  test("goes off when its power button is pressed", async () => {
    await monitor(["system_powerdown"]);
    await until("the guest is off", 20, async () => {
      const { status } = await tryOnHost(host, "systemctl is-active --quiet guest-image");
      return status === 0 ? undefined : true;
    });
  });
});

async function boot(): Promise<ReadonlyMap<string, string>> {
  const began = Date.now();
  const network = [
    ...["user", "id=net", "net=169.254.0.0/16", "hostfwd=tcp:127.0.0.1:2222-:22"],
    `guestfwd=tcp:169.254.169.254:80-cmd:${folder}/answer`,
  ].join(",");
  await onHost(
    host,
    `rm -f ${folder}/console
exec systemd-run --quiet --collect --unit=guest-image qemu-system-x86_64 \
  -accel tcg -m 128 -display none -serial file:${folder}/console \
  -monitor tcp:127.0.0.1:2223,server,nowait -drive file=${folder}/guest,if=virtio,format=qcow2 \
  -netdev ${network} -device virtio-net-pci,netdev=net`,
  );
  const seen = await until("the guest is ready", 120, async () => {
    const said = marks(await serialPort());
    return said.has("ready") ? said : undefined;
  });
  console.log(`the guest was ready after ${((Date.now() - began) / 1000).toFixed(1)} s`);
  return seen;
}

function serialPort(): Promise<string> {
  return onHost(host, `cat ${folder}/console 2>/dev/null || :`);
}

async function inGuest(script: string): Promise<string> {
  return (await onHost(host, `${ssh} root@127.0.0.1 '${script}'`)).trim();
}

/** Tells QEMU's monitor something, at the pace of somebody who types. */
async function monitor(commands: readonly string[]): Promise<void> {
  const lines = commands.map((command) => `echo ${command} >&5; sleep 0.2`).join("; ");
  await onHost(host, `exec bash -c 'exec 5<>/dev/tcp/127.0.0.1/2223; ${lines}'`);
}

async function powerLoss(): Promise<void> {
  await tryOnHost(host, "systemctl kill --signal=KILL guest-image");
  await until("QEMU is gone", 20, async () => {
    const { status } = await tryOnHost(host, "systemctl is-active --quiet guest-image");
    return status === 0 ? undefined : true;
  });
}
