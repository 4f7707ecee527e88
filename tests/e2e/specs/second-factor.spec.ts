// A second factor: switched on with an authenticator, asked for at sign-in, taken away by an administrator.
import { Api } from "../parts/api.ts";
import { code } from "../parts/authenticator.ts";
import { faults } from "../parts/axe.ts";
import { looks } from "../parts/looks.ts";
import { expect, test } from "../parts/world.ts";

for (const [dark, width] of looks([
  [false, 1440],
  [true, 375],
] as const)) {
  test(`it is switched on, asked for, and each code works once, ${dark ? "dark" : "light"}, ${width} px`, async ({ world }) => {
    const server = await world.server();
    const { name, password } = server.user("agent1");
    const person = await world.person(server, "agent1", { dark, width });
    const { page } = person;
    await page.goto(`${server.url}/settings/security`);
    await expect(person.id("second-factor-state")).toHaveAttribute("data-on", "false");
    await person.id("second-factor-enable").click();
    const dialog = person.id("enrol-dialog");
    await dialog.locator("input[name=password]").fill("not the password");
    await page.keyboard.press("Enter");
    await expect(dialog.getByText("The password is wrong.")).toBeVisible();
    expect(await faults(person)).toEqual([]);
    await dialog.locator("input[name=password]").fill(password);
    await page.keyboard.press("Enter");
    await expect(person.id("qr")).toBeVisible();
    expect(await faults(person)).toEqual([]);
    const secret = (await person.id("enrol-secret").textContent())!.trim();
    await dialog.locator("input[name=code]").fill("000000");
    await person.id("enrol-confirm").click();
    await expect(dialog.getByText("That is not the code shown now.")).toBeVisible();
    await dialog.locator("input[name=code]").fill(code(secret));
    await person.id("enrol-confirm").click();
    await expect(person.id("recovery-code")).toHaveCount(10);
    expect(await faults(person)).toEqual([]);
    const recovery = (await person.id("recovery-code").first().textContent())!;
    await person.id("enrol-done").click();
    await expect(person.id("second-factor-state")).toHaveAttribute("data-on", "true");

    // Signed out, and in again with what the app shows next: the code before was used to switch it on.
    const signIn = async (given: string) => {
      await page.locator("input[name=name]").fill(name);
      await page.locator("input[name=password]").fill(password);
      await person.id("signin-submit").click();
      await page.locator("input[name=code]").fill(given);
      await person.id("signin-submit").click();
    };
    const leave = async () => {
      await page.evaluate(() => localStorage.removeItem("tandem.token"));
      await page.goto(`${server.url}/signin`);
    };
    await leave();
    await signIn("000000");
    await expect(person.id("signin-problem")).toHaveText("The code is wrong or was used.");
    expect(await faults(person)).toEqual([]);
    await page.locator("input[name=code]").fill(code(secret, 1));
    await person.id("signin-submit").click();
    await expect(person.id("presence-menu").first()).toBeVisible();
    await leave();
    await signIn(recovery);
    await expect(person.id("presence-menu").first()).toBeVisible();
    expect((await new Api(server, "").request("POST", "/sessions", { name, password, code: recovery })).status).toBe(401);

    await page.goto(`${server.url}/settings/security`);
    await expect(person.id("second-factor-state")).toContainText("9 recovery codes are left");
    await person.id("second-factor-disable").click();
    await person.id("disable-dialog").locator("input[name=password]").fill(password);
    expect(await faults(person)).toEqual([]);
    await person.id("disable-do").click();
    await expect(person.id("second-factor-state")).toHaveAttribute("data-on", "false");
    expect((await new Api(server, "").request("POST", "/sessions", { name, password })).status).toBe(201);
  });
}

test("an administrator takes it from somebody who lost it", async ({ world }) => {
  const server = await world.server();
  const { name, password } = server.user("agent2");
  const bea = Api.as(server, "agent2");
  // The demo's token is a session too.
  const { secret } = await bea.json("POST", "/me/second-factor", { password });
  await bea.json("POST", "/me/second-factor/confirm", { code: code(secret) });
  const signIn = () => new Api(server, "").request("POST", "/sessions", { name, password });
  expect((await signIn()).status).toBe(401);
  const admin = await world.person(server, "admin");
  await admin.page.goto(`${server.url}/admin`);
  await admin.id("account-edit-agent2").filter({ visible: true }).click();
  await admin.id("account-reset-factor").click();
  await admin.id("confirm-do").click();
  await expect(admin.id("toast").last()).toContainText("signs in without a code now");
  expect((await signIn()).status).toBe(201);
});
