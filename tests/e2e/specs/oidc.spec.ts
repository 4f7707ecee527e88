// Signing in by an identity provider: a real one, in a real browser.
import { Api } from "../parts/api.ts";
import type { Person } from "../parts/browser.ts";
import { looks, looksRight } from "../parts/looks.ts";
import { Provider } from "../parts/provider.ts";
import type { Server } from "../parts/server.ts";
import { expect, test } from "../parts/world.ts";

const CLIENT = { id: "tandem", secret: "a secret of the provider's" };

/** A provider that knows mia, and the org that has it. */
async function acme(server: Server): Promise<{ admin: Api; provider: Provider; id: string }> {
  const admin = Api.as(server, "admin");
  const { redirect_uri: redirect } = await admin.get("/sign-in-settings");
  const provider = await Provider.start({ ...CLIENT, redirect });
  provider.accounts.set("mia", { name: "Mia Moss", email: "mia@acme.example", groups: ["leads"] });
  const made = await admin.json("POST", "/identity-providers", {
    name: "Acme accounts", issuer: provider.issuer, client_id: CLIENT.id, client_secret: CLIENT.secret, scopes: ["profile", "email", "groups"],
    roles: ["agent"], rules: [{ group: "leads", roles: ["supervisor"] }], create_people: true, link_by_email: false, second_factor: false,
  });
  return { admin, provider, id: made.id };
}

/** Nobody is signed in here, neither at the server nor at the provider. */
async function signOut({ context, page, server }: Person): Promise<void> {
  await page.goto(`${server.url}/settings`);
  await page.evaluate(() => localStorage.removeItem("tandem.token"));
  await context.clearCookies();
  await page.goto(`${server.url}/signin`);
}

/** Goes to the provider, and says there who one is. Ends where the provider sends the browser. */
async function at(person: Person, login: string): Promise<void> {
  const { page } = person;
  await person.id("signin-provider").click();
  await page.locator("input[name=login]").fill(login);
  await page.locator("input[name=password]").fill("any");
  await page.locator("button[type=submit]").click();
  await page.getByRole("button", { name: "Continue" }).click();
}

const signedIn = (person: Person) => expect(person.id("presence-menu").first()).toBeVisible();

test("somebody appears by their provider, is the same the next time, follows their groups, and stays out once deactivated", async ({ world }) => {
  test.setTimeout(120_000);
  const server = await world.server();
  const { admin, provider } = await acme(server);
  try {
    const person = await world.person(server, "agent1");
    await signOut(person);
    await looksRight(person);
    await at(person, "mia");
    await signedIn(person);
    const mias = async () => (await admin.get("/people?limit=200")).items.filter((each: { display_name: string }) => each.display_name === "Mia Moss");
    const [mia] = await mias();
    expect([mia.name, mia.roles]).toEqual(["mia", ["agent", "supervisor"]]);

    provider.accounts.get("mia")!.groups = [];
    await signOut(person);
    await at(person, "mia");
    await signedIn(person);
    expect((await mias()).map((each: { id: string; roles: string[] }) => [each.id, each.roles])).toEqual([[mia.id, ["agent"]]]);

    await admin.json("POST", `/people/${mia.id}/deactivate`);
    await signOut(person);
    await at(person, "mia");
    await expect(person.id("callback-problem")).toContainText("does not let anybody in here");
    await looksRight(person);
    await person.id("callback-again").click();
    await expect(person.id("signin-submit")).toBeVisible();
  } finally {
    await provider.stop();
  }
});

test("what another browser began, was changed on the way, or was used is refused", async ({ world }) => {
  test.setTimeout(120_000);
  const server = await world.server();
  const { provider } = await acme(server);
  try {
    const thief = await world.person(server, "agent1");
    const victim = await world.person(server, "agent2");
    for (const person of [thief, victim]) await signOut(person);

    /** Has the provider answer, and stops the browser on its way back. */
    const answered = async (person: Person): Promise<string> => {
      const { context, page } = person;
      await context.clearCookies();
      // What a redirect leads to cannot be held itself; without its script the page does nothing.
      await page.route("**/assets/**", (route) => (page.url().includes("/signin/callback/") ? route.abort() : route.continue()));
      await at(person, "mia");
      await page.waitForURL("**/signin/callback/**", { waitUntil: "commit" });
      await page.waitForLoadState("domcontentloaded");
      await page.unroute("**/assets/**");
      return page.url();
    };
    const problem = (person: Person) => expect(person.id("callback-problem")).toBeVisible();

    // Somebody else's answer, in a browser that began nothing, and in one that did.
    const stolen = await answered(thief);
    await victim.page.goto(stolen);
    await problem(victim);
    await victim.page.goto(`${server.url}/signin`);
    await answered(victim);
    await victim.page.goto(stolen);
    await problem(victim);

    // A state that was changed.
    await thief.page.goto(`${server.url}/signin`);
    const changed = new URL(await answered(thief));
    changed.searchParams.set("state", changed.searchParams.get("state")!.replaceAll("0", "1"));
    await thief.page.goto(changed.href);
    await problem(thief);

    // The same answer twice: what the browser had is gone, and the server remembers.
    await thief.context.clearCookies();
    await thief.page.goto(`${server.url}/signin`);
    const back = await answered(thief);
    const kept = await thief.page.evaluate(() => sessionStorage.getItem("tandem.signin"));
    await thief.page.goto(back);
    await signedIn(thief);
    await thief.page.evaluate((began) => {
      localStorage.removeItem("tandem.token");
      sessionStorage.setItem("tandem.signin", began!);
    }, kept);
    await thief.page.goto(back);
    await expect(thief.id("callback-problem")).toContainText("was used");

    // Who says no at the provider hears so.
    await thief.page.goto(`${server.url}/signin/callback/${new URL(back).pathname.split("/").at(-1)}?error=access_denied&state=x`);
    await expect(thief.id("callback-problem")).toContainText("chose not to");
  } finally {
    await provider.stop();
  }
});

for (const [dark, width] of looks([
  [false, 1440],
  [true, 768],
  [true, 375],
] as const)) {
  test(`a provider is set up, tested, changed and removed, ${dark ? "dark" : "light"}, ${width} px`, async ({ world }) => {
    test.setTimeout(120_000);
    const server = await world.server();
    const provider = await Provider.start({ ...CLIENT, redirect: `${server.url}/signin/callback/none` });
    try {
      const admin = await world.person(server, "admin", { dark, width });
      await admin.page.goto(`${server.url}/admin?tab=signin`);
      await expect(admin.page.getByText("No identity providers")).toBeVisible();
      await expect(admin.id("provider-redirect")).toHaveValue(new RegExp(`^${server.url}/signin/callback/`));
      await looksRight(admin);
      await admin.id("signin-only").click();
      await expect(admin.page.getByRole("alert")).toContainText("set one up first");

      await admin.id("provider-new").focus();
      await admin.page.keyboard.press("Enter");
      const drawer = admin.id("provider-drawer");
      await admin.id("provider-save").click();
      await expect(drawer.locator("input[name=name]")).toBeFocused();
      await drawer.locator("input[name=name]").fill("Acme accounts");
      await drawer.locator("input[name=issuer]").fill("http://id.acme.example");
      await admin.id("provider-test").click();
      await expect(admin.id("provider-tested")).not.toBeEmpty();
      await drawer.locator("input[name=client_id]").fill(CLIENT.id);
      await admin.id("provider-save").click();
      await expect(drawer.locator("input[name=issuer]")).toHaveAttribute("aria-invalid", "true");
      await looksRight(admin);
      await drawer.locator("input[name=issuer]").fill(provider.issuer);
      await admin.id("provider-test").click();
      await expect(admin.id("provider-tested")).toHaveText("It answers as a provider does.");
      await drawer.locator("input[name=client_secret]").fill(CLIENT.secret);
      await admin.id("rule-new").click();
      await drawer.locator("input[name=group-0]").fill("leads");
      await admin.id("rule-0-role-supervisor").click();
      await looksRight(admin);
      await admin.id("provider-save").click();
      await expect(drawer).toHaveCount(0);
      await expect(admin.page.getByText(provider.issuer).filter({ visible: true })).toBeVisible();
      await looksRight(admin);

      await admin.id("provider-edit-Acme accounts").filter({ visible: true }).click();
      await expect(drawer.locator("input[name=group-0]")).toHaveValue("leads");
      await expect(drawer.locator("input[name=client_secret]")).toHaveValue("");
      await drawer.locator("input[name=name]").fill("Acme");
      await admin.id("provider-save").click();
      await expect(drawer).toHaveCount(0);

      await admin.id("signin-only").click();
      await expect(admin.id("signin-only")).toHaveAttribute("aria-checked", "true");
      await admin.id("provider-remove-Acme").filter({ visible: true }).click();
      await admin.id("confirm-do").click();
      await expect(admin.id("confirm").getByRole("alert")).toContainText("sign in by it alone");
      await admin.page.keyboard.press("Escape");
      await admin.id("signin-only").click();
      await expect(admin.id("signin-only")).toHaveAttribute("aria-checked", "false");
      await admin.id("provider-remove-Acme").filter({ visible: true }).click();
      await looksRight(admin);
      await admin.id("confirm-do").click();
      await expect(admin.page.getByText("No identity providers")).toBeVisible();
    } finally {
      await provider.stop();
    }
  });
}
