// What lets somebody in: sessions, the password and tokens, by the page and as the server sees it.
import { Api } from "../parts/api.ts";
import { faults } from "../parts/axe.ts";
import { looks } from "../parts/looks.ts";
import { expect, test } from "../parts/world.ts";

for (const [dark, width] of looks([
  [false, 1440],
  [true, 768],
  [false, 375],
] as const)) {
  test(`sessions are seen and ended, ${dark ? "dark" : "light"}, ${width} px`, async ({ world }) => {
    const server = await world.server();
    const { name, password } = server.user("agent1");
    const person = await world.person(server, "agent1", { dark, width });
    const elsewhere = new Api(server, (await new Api(server, "").json("POST", "/sessions", { name, password })).token);
    await person.page.goto(`${server.url}/settings`);
    await person.id("settings-security").click();
    await expect(person.page.getByRole("heading", { level: 1, name: "Security" })).toBeVisible();
    // The demo's own token, this browser, and the one just made.
    await expect(person.id("session-row")).toHaveCount(3);
    const current = person.page.locator("[data-testid=session-row][data-current=true]");
    await expect(current).toHaveCount(1);
    await expect(current).toContainText("Linux");
    await expect(current.getByTestId("session-end")).toHaveCount(0);
    expect(await faults(person)).toEqual([]);
    // Nothing is wider than the window.
    expect(await person.page.evaluate(() => document.documentElement.scrollWidth <= innerWidth)).toBe(true);

    await person.page.getByRole("button", { name: /^End the session of node/ }).first().focus();
    await person.page.keyboard.press("Enter");
    await expect(person.id("session-row")).toHaveCount(2);
    expect((await elsewhere.request("GET", "/me")).status).toBe(401);

    await person.id("sessions-end-others").click();
    expect(await faults(person)).toEqual([]);
    await person.id("confirm-do").click();
    await expect(person.id("session-row")).toHaveCount(1);
    expect((await Api.as(server, "agent1").request("GET", "/me")).status).toBe(401);
    // This one goes on.
    await expect(person.id("presence-menu").first()).toBeVisible();
  });
}

test("another browser is signed out at once when its session is ended", async ({ world }) => {
  const server = await world.server();
  const [here, there] = [await world.person(server, "agent1"), await world.person(server, "agent1")];
  await here.page.goto(`${server.url}/settings/security`);
  await here.id("sessions-end-others").click();
  await here.id("confirm-do").click();
  await expect(there.id("signin-submit")).toBeVisible();
});

test("a password is changed; the old one and other sessions are over", async ({ world }) => {
  const server = await world.server();
  const { name, password } = server.user("agent2");
  const person = await world.person(server, "agent2");
  await person.page.goto(`${server.url}/settings/security`);
  const card = person.id("password");
  await person.id("password-change").click();
  await expect(card.getByText("Fill this in.")).toBeVisible();
  await card.locator("input[name=current_password]").fill("not it at all");
  await card.locator("input[name=new_password]").fill("a better one by far");
  await person.id("password-change").click();
  await expect(card.getByText("is wrong")).toBeVisible();
  expect(await faults(person)).toEqual([]);
  await card.locator("input[name=current_password]").fill(password);
  await person.page.keyboard.press("Enter");
  await expect(person.id("toast").last()).toContainText("The password is changed");
  const signIn = (password: string) => new Api(server, "").request("POST", "/sessions", { name, password });
  expect((await signIn(password)).status).toBe(401);
  expect((await signIn("a better one by far")).status).toBe(201);
  expect((await Api.as(server, "agent2").request("GET", "/me")).status).toBe(401);
});

for (const dark of looks([false, true])) {
  test(`a token is made, shown once, used within its limits and taken back, ${dark ? "dark" : "light"}`, async ({ world }) => {
    const server = await world.server();
    const person = await world.person(server, "supervisor", { dark });
    await person.page.goto(`${server.url}/settings/security`);
    await person.id("token-new").click();
    await person.id("token-make").click();
    await expect(person.id("token-dialog").getByText("Choose at least one.")).toBeVisible();
    await person.id("token-dialog").locator("input[name=name]").fill("Nightly export");
    await person.id("scope-people:read").check();
    expect(await faults(person)).toEqual([]);
    await person.id("token-make").click();
    const token = await person.id("token-value").inputValue();
    expect(token).toMatch(/^tdp_/);
    expect(await faults(person)).toEqual([]);
    await person.id("token-done").click();
    await expect(person.id("token-row")).toContainText("Nightly export");
    await expect(person.page.locator("body")).not.toContainText(token);

    const program = new Api(server, token);
    expect((await program.get("/me")).permissions).toEqual(["people:read"]);
    expect((await program.request("GET", "/people")).status).toBe(200);
    expect((await program.request("GET", "/queues")).status).toBe(403);
    expect((await program.request("PUT", "/me/password", { current_password: "x", new_password: "long enough 1" })).status).toBe(403);

    await person.id("token-revoke").click();
    await person.id("confirm-do").click();
    await expect(person.id("token-row")).toHaveCount(0);
    expect((await program.request("GET", "/me")).status).toBe(401);
  });
}
