import { chmodSync, mkdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { chromium, type Page } from "playwright-core";
import { notes } from "../../operations/clone.ts";
import type { Ways } from "../../operations/verify/ways.ts";
import { selectProfile } from "../../profiles/profile.ts";
import { sh } from "../../providers/sh.ts";
import { installPrograms } from "../../testbed/machine.ts";
import { atInternet } from "../../testbed/network.ts";
import { place } from "../../testbed/place.ts";
import { expectStatus, run } from "../acceptance/cloud.ts";

/** Somebody outside who has the dashboard before them. */
export interface Visit {
  readonly page: Page;
  /** What a person might not notice: files that are missing, scripts that fail. */
  readonly troubles: readonly string[];
  /** Keeps what is to be seen now, for people. */
  keep(name: string): Promise<void>;
}

const folder = join(notes, "browser");
const chromiumOfDebian = "/usr/bin/chromium";
const programs = [
  [chromiumOfDebian, "chromium"],
  ["/usr/bin/certutil", "libnss3-tools"],
  // Without any, all letters on the pictures are empty boxes.
  ["/usr/share/fonts/truetype/dejavu/DejaVuSans.ttf", "fonts-dejavu-core"],
] as const;

/** Visits the dashboard with a browser in the testbed's "internet". The pictures of the last visit stay. */
export async function visiting(ways: Ways, work: (visit: Visit) => Promise<void>): Promise<void> {
  await installPrograms(place(), programs);
  rmSync(folder, { recursive: true, force: true });
  const home = join(folder, "home");
  await trusting(ways, home);
  const { host, port } = new URL(ways.dashboard);
  const { publicSide } = selectProfile(ways.site.profile).dashboard;
  const named = port === "" ? `${host}:443` : host;
  const address = `${ways.site.dashboard?.address}:${publicSide.port}`;
  const browser = await chromium.launch({
    executablePath: outside(),
    env: { ...process.env, HOME: home },
    // It opens the address that users open, and finds it without a relay.
    args: [`--host-resolver-rules=MAP ${named} ${address}`],
  });
  const page = await browser.newPage({ viewport: { width: 1280, height: 1200 } });
  page.setDefaultTimeout(60_000);
  page.setDefaultNavigationTimeout(60_000);
  const keep = async (name: string) => {
    const path = join(folder, `${name}.png`);
    await page.screenshot({ path });
    console.log(path);
  };
  try {
    await work({ page, troubles: troublesOf(page), keep });
  } catch (error) {
    // What failed is told in any case.
    await keep("when-it-failed").catch(() => undefined);
    throw error;
  } finally {
    await browser.close();
    rmSync(home, { recursive: true });
  }
}

/** What signed the dashboard's certificate is trusted as a user of Chromium would do it: in NSS's database. */
async function trusting(ways: Ways, home: string): Promise<void> {
  const { gateway, profile } = ways.site;
  const { certificate } = selectProfile(profile).dashboard;
  const chain = await ways.on(gateway.name, sh`cat ${certificate.path}`);
  const authority = join(folder, "authority.pem");
  const database = join(home, ".pki/nssdb");
  mkdirSync(database, { recursive: true, mode: 0o700 });
  writeFileSync(authority, chain.slice(chain.lastIndexOf("-----BEGIN CERTIFICATE-----")));
  const certutil = ["certutil", "-d", `sql:${database}`];
  expectStatus(await run([...certutil, "-N", "--empty-password"]), 0);
  const trust = ["-A", "-n", "authority", "-t", "C,,", "-i", authority];
  expectStatus(await run([...certutil, ...trust]), 0);
}

/** The program that Playwright starts; it speaks to it by pipes, which only `exec` hands on. */
function outside(): string {
  const path = join(folder, "chromium");
  writeFileSync(
    path,
    `#!/bin/sh\nexec ${atInternet(place(), [chromiumOfDebian]).join(" ")} "$@"\n`,
  );
  chmodSync(path, 0o755);
  return path;
}

function troublesOf(page: Page): readonly string[] {
  const troubles: string[] = [];
  page.on("pageerror", ({ message }) => troubles.push(message));
  page.on("response", (answer) => {
    if (answer.status() >= 400) troubles.push(`${answer.status()} ${pathOf(answer.url())}`);
  });
  page.on("requestfailed", (request) => {
    const reason = request.failure()?.errorText ?? "";
    // What was still on its way when another page was opened.
    if (reason !== "net::ERR_ABORTED") troubles.push(`${reason} ${pathOf(request.url())}`);
  });
  return troubles;
}

/** Without the token of a console, which lets in whoever has it. */
function pathOf(url: string): string {
  return new URL(url).pathname;
}
