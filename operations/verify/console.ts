import { execFile } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { selectProfile } from "../../profiles/profile.ts";
import { sh } from "../../providers/sh.ts";
import type { Found, Guests } from "./steps.ts";
import { NotSo } from "./ways.ts";

/** The certificate that the dashboard shows is trusted for this alone. */
export async function consoleShows({ ways, first }: Guests): Promise<Found> {
  const { member, site } = ways;
  const { dashboard } = selectProfile(site.profile);
  const answer = await member.send(
    "ask for a console",
    "POST",
    "compute",
    `/v2.1/servers/${first.id}/remote-consoles`,
    { remote_console: { protocol: "vnc", type: "novnc" } },
  );
  const { url } = answer.remote_console as { url: string };
  if (!url.startsWith(`${ways.dashboard}/`)) {
    throw new NotSo(`a console is at ${new URL(url).origin}, not at ${ways.dashboard}`);
  }
  const folder = mkdtempSync(join(tmpdir(), "quintet-verify-"));
  try {
    const trusted = join(folder, "authority.pem");
    writeFileSync(trusted, await ways.on(site.gateway.name, sh`cat ${dashboard.certificate.path}`));
    const program = join(import.meta.dirname, "screen.ts");
    const { stdout } = await promisify(execFile)(process.execPath, [program, url, "quintet\n"], {
      env: { ...process.env, NODE_EXTRA_CA_CERTS: trusted },
      timeout: 120_000,
    });
    const { letters, width, height } = JSON.parse(stdout);
    if (letters >= 5) return `${letters} letters changed on ${width}x${height}`;
    throw new NotSo(`typed at the console of ${first.name}, and ${letters} letters changed`);
  } catch (error) {
    // The last line of what the program says is the reason; the token in its words is of no use any more.
    const { stderr } = error as { stderr?: string };
    if (typeof stderr !== "string") throw error;
    throw new NotSo(/^Error: (.*)$/m.exec(stderr)?.[1] ?? stderr.trim().slice(-300));
  } finally {
    rmSync(folder, { recursive: true });
  }
}
