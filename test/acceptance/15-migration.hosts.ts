import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { beat, type TinyGuest, tinyGuest } from "../../testbed/tiny-guest.ts";
import { expectStatus, onHost, run, sshConfig, tryOnHost, until } from "./cloud.ts";
import { converged } from "./picture.ts";
import { volumePath } from "./volume.ts";

const folder = `${volumePath}/acceptance`;
const from = "compute2";
const to = "compute3";

describe("a guest with its disk on the volume", () => {
  before(async () => {
    await converged();
    await bring(await tinyGuest());
  });
  after(async () => {
    for (const host of [from, to]) await tryOnHost(host, "virsh destroy tiny 2>/dev/null");
    await onHost(from, `rm -rf ${folder}`);
  });

  test("goes on on another host as the same boot, and goes on writing", async () => {
    await onHost(from, `virsh create ${folder}/tiny.xml`);
    const first = await until("the guest writes to its disk", 180, lastBeat);

    await onHost(from, `virsh migrate --live --tls tiny qemu+tls://${to}/system`, 180);
    assert.doesNotMatch(await onHost(from, "virsh list --name"), /tiny/);
    assert.match(await onHost(to, "virsh list --name"), /tiny/);

    const arrived = await until("the guest's disk can be read", 30, lastBeat);
    const later = await until("the guest writes on where it has arrived", 60, async () => {
      const now = await lastBeat();
      return now && now.number > arrived.number + 2 ? now : undefined;
    });
    assert.equal(later.boot, first.boot);
    console.log(
      `migrated from ${from} to ${to}: beat ${first.number}, then ${arrived.number}, then ${later.number}`,
    );
  });
});

/** Puts the guest on the volume, where each host finds it. */
async function bring({ kernel, initrd, commandLine, disk }: TinyGuest): Promise<void> {
  await onHost(from, `mkdir -p ${folder} && chmod 755 ${folder}`);
  const copy = ["scp", "-q", "-F", sshConfig, kernel, initrd, disk, `${from}:${folder}/`];
  expectStatus(await run(copy), 0);
  await onHost(
    from,
    `chmod 644 ${folder}/* && cat >${folder}/tiny.xml <<'END'
<domain type="qemu">
  <name>tiny</name>
  <memory unit="MiB">128</memory>
  <vcpu>1</vcpu>
  <os>
    <type arch="x86_64">hvm</type>
    <kernel>${folder}/vmlinuz</kernel>
    <initrd>${folder}/initrd.img</initrd>
    <cmdline>${commandLine}</cmdline>
  </os>
  <devices>
    <disk type="file" device="disk">
      <driver name="qemu" type="raw" cache="none"/>
      <source file="${folder}/disk.raw"/>
      <target dev="vda" bus="virtio"/>
    </disk>
    <serial type="pty"/>
  </devices>
</domain>
END`,
  );
}

/** The newest beat on the guest's disk, read through the mount of a host that never ran the guest. */
async function lastBeat(): Promise<{ number: number; boot: string } | undefined> {
  const text = await onHost(
    "controller",
    `dd if=${folder}/disk.raw bs=8192 count=1 iflag=direct 2>/dev/null | tr -d '\\0'`,
  );
  return text
    .split("\n")
    .flatMap((line) => {
      // On the disk a beat does not say what became of its own write.
      const [, number = "", boot = ""] = beat.exec(`${line.trim()} written`) ?? [];
      return number === "" ? [] : [{ number: Number(number), boot }];
    })
    .toSorted((one, other) => one.number - other.number)
    .at(-1);
}
