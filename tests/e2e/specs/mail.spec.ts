// What begins with a link in a mail: an invitation, and another password. The mails are read where the server puts them by itself.
import { readFileSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { Api, until } from "../parts/api.ts";
import { faults } from "../parts/axe.ts";
import { looks } from "../parts/looks.ts";
import { ON_CLUSTER, type Server } from "../parts/server.ts";
import { expect, test } from "../parts/world.ts";

// On the cluster each node has a folder of its own; what the mails say is the same.
test.skip(ON_CLUSTER, "mails of ten nodes lie in ten folders");

/** The links of that kind in mails to somebody, in no order. */
function links(server: Server, to: string, kind: "join" | "reset"): string[] {
  const folder = join(server.data, "mail");
  let names: string[] = [];
  try {
    names = readdirSync(folder).filter((name) => name.endsWith(".eml"));
  } catch {
    return [];
  }
  const mails = names.map((name) => readFileSync(join(folder, name), "utf8")).filter((mail) => mail.includes(`<${to}>`));
  // Quoted-printable breaks long lines.
  const found = mails.map((mail) => new RegExp(`https?://\\S+/${kind}/[\\w-]+`).exec(mail.replaceAll("=\r\n", ""))?.[0]);
  return found.filter((link) => link !== undefined);
}

const link = (server: Server, to: string, kind: "join" | "reset", but: readonly string[] = []): Promise<string> =>
  until(`a mail to ${to}`, async () => links(server, to, kind).find((each) => !but.includes(each)), (each) => each !== undefined).then((each) => each!);

for (const [dark, width] of looks([
  [false, 1440],
  [true, 768],
  [true, 375],
] as const)) {
  test(`somebody is invited, joins, and forgets their password, ${dark ? "dark" : "light"}, ${width} px`, async ({ world }) => {
    const server = await world.server();
    const admin = await world.person(server, "admin", { dark, width });
    const { page } = admin;
    const to = "mia@acme.example";
    await page.goto(`${server.url}/admin`);
    await admin.id("invite").click();
    const drawer = admin.id("invite-drawer");
    await drawer.locator("input[name=email]").fill("nowhere");
    await drawer.locator("input[name=display_name]").fill("Mia <Wallace>");
    await drawer.locator("input[name=name]").fill("mia");
    await admin.id("invite-send").click();
    await expect(admin.id("refusal")).toHaveText("email: is no e-mail address");
    expect(await faults(admin)).toEqual([]);
    await drawer.locator("input[name=email]").fill(to);
    await admin.id("invite-send").click();
    const row = admin.id("invitation-row");
    await expect(row).toContainText("Mia <Wallace>");
    await expect(row).toContainText(to);
    expect(await faults(admin)).toEqual([]);
    const first = await link(server, to, "join");
    await admin.id("invitation-again").click();
    const second = await link(server, to, "join", [first]);

    // Only the last link works.
    await page.evaluate(() => localStorage.removeItem("tandem.token"));
    await page.goto(first);
    await expect(admin.id("link-ended")).toBeVisible();
    expect(await faults(admin)).toEqual([]);
    await page.goto(second);
    await expect(admin.id("join-who")).toContainText("Your login name is mia.");
    await page.locator("input[name=password]").fill("short");
    await admin.id("choose-password").click();
    await expect(page.getByText("At least 10 characters.")).toBeVisible();
    await page.locator("input[name=password]").fill("a good long one");
    await page.locator("input[name=again]").fill("a good long two");
    await admin.id("choose-password").click();
    await expect(page.getByText("The two are not the same.")).toBeVisible();
    expect(await faults(admin)).toEqual([]);
    await page.locator("input[name=again]").fill("a good long one");
    await admin.id("choose-password").click();
    await expect(admin.id("presence-menu").first()).toBeVisible();
    const signIn = async (password: string) => (await new Api(server, "").request("POST", "/sessions", { name: "mia", password })).status;
    expect(await signIn("a good long one")).toBe(201);
    await page.goto(second);
    await expect(admin.id("link-ended")).toBeVisible();

    // Forgotten.
    const token = await page.evaluate(() => JSON.parse(localStorage.getItem("tandem.token")!) as string);
    await page.evaluate(() => localStorage.removeItem("tandem.token"));
    await page.goto(`${server.url}/signin`);
    await admin.id("signin-forgot").click();
    await page.locator("input[name=login]").fill(to);
    expect(await faults(admin)).toEqual([]);
    await admin.id("forgot-send").click();
    await expect(admin.id("forgot-sent")).toBeVisible();
    expect(await faults(admin)).toEqual([]);
    await page.goto(await link(server, to, "reset"));
    await page.locator("input[name=password]").fill("another good one");
    await page.locator("input[name=again]").fill("another good one");
    expect(await faults(admin)).toEqual([]);
    await admin.id("choose-password").click();
    await expect(admin.id("reset-done")).toBeVisible();
    expect(await signIn("a good long one")).toBe(401);
    expect(await signIn("another good one")).toBe(201);
    // Where she was signed in she is no more.
    expect((await new Api(server, token).request("GET", "/me")).status).toBe(401);
  });
}

test("an invitation that was withdrawn lets nobody in", async ({ world }) => {
  const server = await world.server();
  const admin = await world.person(server, "admin");
  const to = "vince@acme.example";
  const body = { email: to, name: "vince", display_name: "Vince", roles: ["agent"] };
  await Api.as(server, "admin").json("POST", "/invitations", body);
  const token = (await link(server, to, "join")).split("/").at(-1)!;
  await admin.page.goto(`${server.url}/admin`);
  await admin.id("invitation-withdraw").click();
  await admin.id("confirm-do").click();
  await expect(admin.id("invitations")).toHaveCount(0);
  const answer = await new Api(server, "").request("POST", "/invitations/accept", { token, password: "a good long one" });
  expect(answer.status).toBe(404);
});
