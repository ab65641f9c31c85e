// Somebody with a browser: logs in to the dashboard and says, in JSON, where that leads.
//     visitor.ts URL USER <PASSWORD
import { text } from "node:stream/consumers";

const [base = "", username = ""] = process.argv.slice(2);
const password = (await text(process.stdin)).trim();
const jar = new Map<string, string>();
const attributes: string[] = [];

/** What one page holds, redirects followed. */
async function ask(address: URL, form?: Record<string, string>): Promise<[URL, Response]> {
  const cookie = [...jar].map(([name, value]) => `${name}=${value}`).join("; ");
  const answer = await fetch(address, {
    redirect: "manual",
    headers: { cookie, referer: address.href },
    ...(form && { method: "POST", body: new URLSearchParams(form) }),
  });
  for (const line of answer.headers.getSetCookie()) {
    const [, name = "", value = "", rest = ""] = /^([^=]+)=([^;]*)(.*)$/.exec(line) ?? [];
    jar.set(name, value);
    attributes.push(`${name}${rest.toLowerCase()}`);
  }
  const next = answer.headers.get("location");
  return next === null ? [address, answer] : ask(new URL(next, address));
}

const [login, form] = await ask(new URL("/", base));
const hidden = [...(await form.text()).matchAll(/<input type="hidden"[^>]*>/g)].map(([tag]) => {
  const one = (name: string) => new RegExp(` ${name}="([^"]*)"`).exec(tag)?.[1] ?? "";
  return [one("name"), one("value")] as const;
});
const filled = { ...Object.fromEntries(hidden), username, password };
const [page, answer] = await ask(login, filled);
const body = await answer.text();
const [, title = ""] = /<title>\s*(.*?)\s*<\/title>/s.exec(body) ?? [];
const seen = {
  login: login.pathname,
  page: page.pathname,
  status: answer.status,
  title: title.replace(/\s+/g, " "),
  greeted: body.includes(username),
  cookies: attributes,
};
console.log(JSON.stringify(seen));
