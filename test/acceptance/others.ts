import assert from "node:assert/strict";
import { type HostName, onHost } from "./cloud.ts";

// In a file that we edit as well.
const printer = "192.168.0.77 printer";

export async function writeAsSomebodyElse(host: HostName): Promise<void> {
  await onHost(host, `echo '${printer}' >>/etc/hosts`);
}

/** Fails unless it is still there. Without it the file has to be byte for byte what it was. */
export async function removeWhatSomebodyWrote(host: HostName): Promise<void> {
  const kept = await onHost(host, `grep -cFx '${printer}' /etc/hosts`);
  assert.equal(kept.trim(), "1");
  await onHost(
    host,
    `grep -vFx '${printer}' /etc/hosts >/root/hosts.new; cat /root/hosts.new >/etc/hosts; rm /root/hosts.new`,
  );
}
