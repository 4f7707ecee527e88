// A passkey: made by an authenticator of the browser, signed in with, renamed, removed, and refused from then on.
import type { CDPSession } from "@playwright/test";
import { Api } from "../parts/api.ts";
import { faults } from "../parts/axe.ts";
import type { Person } from "../parts/browser.ts";
import { looks } from "../parts/looks.ts";
import { expect, test } from "../parts/world.ts";

/** Gives the browser an authenticator that keeps passkeys and knows its user. */
async function authenticator(person: Person): Promise<{ cdp: CDPSession; id: string }> {
  const cdp = await person.context.newCDPSession(person.page);
  await cdp.send("WebAuthn.enable");
  const { authenticatorId } = await cdp.send("WebAuthn.addVirtualAuthenticator", {
    options: { protocol: "ctap2", transport: "internal", hasResidentKey: true, hasUserVerification: true, isUserVerified: true, automaticPresenceSimulation: true },
  });
  return { cdp, id: authenticatorId };
}

for (const [dark, width] of looks([
  [false, 1440],
  [true, 768],
  [true, 375],
] as const)) {
  test(`a passkey signs in until it is removed, ${dark ? "dark" : "light"}, ${width} px`, async ({ world }) => {
    const server = await world.server();
    const { name, password } = server.user("agent1");
    // Passkeys are bound to a name; an address has none.
    const home = server.url.replace("127.0.0.1", "localhost");
    const person = await world.person(server, "agent1", { dark, width });
    const { page } = person;
    await page.goto(`${server.url}/settings/security`);
    await expect(person.id("passkeys")).toContainText("This browser makes no passkeys here.");
    await expect(person.id("passkey-new")).toHaveCount(0);

    const { cdp, id } = await authenticator(person);
    await page.goto(`${home}/signin`);
    await page.locator("input[name=name]").fill(name);
    await page.locator("input[name=password]").fill(password);
    await person.id("signin-submit").click();
    await expect(person.id("presence-menu").first()).toBeVisible();
    await page.goto(`${home}/settings/security`);
    await expect(person.id("passkeys")).toContainText("You have no passkeys.");
    await person.id("passkey-new").click();
    const dialog = person.id("passkey-dialog");
    await dialog.locator("input[name=name]").fill("My laptop");
    await dialog.locator("input[name=password]").fill("not the password");
    await person.id("passkey-make").click();
    await expect(dialog.getByText("The password is wrong.")).toBeVisible();
    expect(await faults(person)).toEqual([]);
    await dialog.locator("input[name=password]").fill(password);
    await person.id("passkey-make").click();
    const row = person.id("passkey-row");
    await expect(row).toHaveCount(1);
    await expect(row).toContainText("My laptop");
    await expect(row).toContainText("never used");
    expect((await cdp.send("WebAuthn.getCredentials", { authenticatorId: id })).credentials).toHaveLength(1);
    expect(await faults(person)).toEqual([]);

    // The same device is not asked twice.
    await person.id("passkey-new").click();
    await dialog.locator("input[name=name]").fill("Again");
    await dialog.locator("input[name=password]").fill(password);
    await person.id("passkey-make").click();
    await expect(dialog.getByRole("alert")).toHaveText("This device has a passkey for you already.");
    await page.keyboard.press("Escape");

    await person.id("passkey-rename").click();
    await person.id("rename-dialog").locator("input[name=name]").fill("Old laptop");
    await person.id("rename-do").click();
    await expect(row).toContainText("Old laptop");

    // Signed out, and in again without a name, a password or a code.
    const leave = async () => {
      await page.evaluate(() => localStorage.removeItem("tandem.token"));
      await page.goto(`${home}/signin`);
    };
    await leave();
    expect(await faults(person)).toEqual([]);
    await person.id("signin-passkey").click();
    await expect(person.id("presence-menu").first()).toBeVisible();
    await page.goto(`${home}/settings/security`);
    await expect(row).toContainText("last used");

    await person.id("passkey-remove").click();
    await person.id("confirm-do").click();
    await expect(row).toHaveCount(0);
    await leave();
    await person.id("signin-passkey").click();
    await expect(person.id("signin-problem")).toHaveText("This passkey does not let you in. It may have been removed.");
    expect(await faults(person)).toEqual([]);
    // The password still does.
    expect((await new Api(server, "").request("POST", "/sessions", { name, password })).status).toBe(201);
  });
}
