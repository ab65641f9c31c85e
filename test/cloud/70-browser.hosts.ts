import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { load } from "js-yaml";
import type { Page } from "playwright-core";
import { outputOf } from "../../operations/state.ts";
import { Unready, until } from "../../operations/verify/guest.ts";
import { visiting } from "./browser.ts";
import { withGuests } from "./guests.ts";

/** As the stack tells whoever runs it. */
function memberLogin() {
  const file = load(outputOf("testbed", "clouds") ?? "") as {
    clouds: { member: { auth: { username: string; password: string } } };
  };
  return file.clouds.member.auth;
}

/** As on a keyboard: what reaches a guest is keys, and a capital letter is two of them. */
async function typed(page: Page, line: string): Promise<void> {
  for (const key of line) {
    await page.keyboard.press(/[A-Z"|]/.test(key) ? `Shift+${key}` : key, { delay: 50 });
  }
  await page.keyboard.press("Enter");
}

describe("in a browser outside", () => {
  test("the member logs in, finds the guest, and types at its screen", async () => {
    await withGuests(async ({ ways, first }) => {
      await visiting(ways, async ({ page, troubles, keep }) => {
        await page.goto(ways.dashboard);
        await page.getByRole("button", { name: "Sign In" }).waitFor();
        await keep("1-login");
        const { username, password } = memberLogin();
        await page.getByLabel("User Name").fill(username);
        await page.getByLabel("Password").click();
        // Not by `fill`, whose errors tell what should have been filled in.
        await page.keyboard.insertText(password);
        await page.getByRole("button", { name: "Sign In" }).click();

        await page.getByRole("heading", { name: "Overview" }).waitFor();
        await keep("2-overview");
        await page.getByRole("link", { name: "Instances", exact: true }).click();
        const row = page.getByRole("row", { name: first.name });
        await row.getByText("Active", { exact: true }).waitFor();
        await row.getByText(first.address).waitFor();
        await keep("3-instances");

        await row.getByRole("link", { name: first.name }).click();
        await page.getByRole("link", { name: "Console", exact: true }).click();
        const screen = page.frameLocator("#console_embed");
        await screen.locator(".noVNC_connected canvas").click();
        // The first key wakes a screen that has gone dark.
        await page.keyboard.press("Enter");
        await typed(page, 'echo "Typed in a browser" | tee /root/typed');
        const arrived = await until(`${first.name} has what was typed`, 60, async () => {
          const there = await first.says("cat /root/typed 2>/dev/null || :");
          if (there.endsWith("\n")) return there;
          throw new Unready(JSON.stringify(there));
        });
        assert.equal(arrived, "Typed in a browser\n");
        await keep("4-console");

        // The first one is the project's.
        await page.getByRole("button", { name: username }).last().click();
        await page.getByRole("link", { name: "Sign Out" }).click();
        await page.getByRole("button", { name: "Sign In" }).waitFor();
        assert.deepEqual(troubles, []);
      });
    });
  });
});
