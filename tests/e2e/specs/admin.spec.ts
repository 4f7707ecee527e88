// Those who administer an org: people's accounts and roles. What they change holds at once.
import { Api } from "../parts/api.ts";
import { faults } from "../parts/axe.ts";
import { looks } from "../parts/looks.ts";
import { expect, test } from "../parts/world.ts";

for (const dark of looks([false, true])) {
  test(`a person is deactivated and comes back, ${dark ? "dark" : "light"}`, async ({ world }) => {
    const server = await world.server();
    const admin = await world.person(server, "admin", { dark });
    const amir = await world.person(server, "agent1");
    await admin.id("nav-admin").click();
    await expect(admin.page).toHaveTitle(/Admin/);
    await expect(admin.id("account-row")).toHaveCount(4);
    expect(await faults(admin)).toEqual([]);
    await admin.id("account-edit-agent1").first().focus();
    await admin.page.keyboard.press("Enter");
    await expect(admin.id("account-drawer")).toContainText("Amir Agent");
    await expect(admin.id("session-row").first()).toBeVisible();
    expect(await faults(admin)).toEqual([]);
    await admin.id("account-deactivate").click();
    expect(await faults(admin)).toEqual([]);
    await admin.id("confirm-do").click();
    await expect(admin.id("account-reactivate")).toBeVisible();
    await expect(amir.id("signin-submit")).toBeVisible();
    expect((await Api.as(server, "agent1").request("GET", "/me")).status).toBe(401);
    const { name, password } = server.user("agent1");
    expect((await new Api(server, "").request("POST", "/sessions", { name, password })).status).toBe(401);

    await admin.id("account-reactivate").click();
    await expect(admin.id("account-deactivate")).toBeVisible();
    expect((await new Api(server, "").request("POST", "/sessions", { name, password })).status).toBe(201);
    await admin.page.keyboard.press("Escape");
    await expect(admin.id("account-edit-agent1").first()).toBeFocused();
  });
}

for (const [width, dark] of looks([
  [1440, false],
  [768, true],
  [375, false],
] as const)) {
  test(`a role is defined, given and holds on an open page, ${width} px, ${dark ? "dark" : "light"}`, async ({ world }) => {
    const server = await world.server();
    const admin = await world.person(server, "admin", { dark, width });
    const amir = await world.person(server, "agent1");
    await expect(amir.id("nav-queues")).toHaveCount(0);
    await admin.page.goto(`${server.url}/admin?tab=roles`);
    await admin.id("role-new").click();
    await admin.id("role-drawer").locator("input[name=title]").fill("Night shift");
    await expect(admin.id("role-drawer").locator("input[name=name]")).toHaveValue("night-shift");
    await admin.id("permission-queue:supervise").check();
    await admin.id("permission-queue:read").check();
    expect(await faults(admin)).toEqual([]);
    await admin.id("role-save").click();
    await expect(admin.id("role-show-night-shift").filter({ visible: true })).toBeVisible();
    expect(await faults(admin)).toEqual([]);
    expect(await admin.page.evaluate(() => document.documentElement.scrollWidth <= innerWidth)).toBe(true);

    await admin.id("tab-people").click();
    await admin.id("account-edit-agent1").filter({ visible: true }).click();
    await admin.id("account-role-night-shift").check();
    await admin.id("account-roles-save").click();
    await expect(admin.id("toast").last()).toContainText("holds other roles now");
    // Amir's page was open all the time.
    await expect(amir.id("nav-queues").first()).toBeVisible();
    expect((await Api.as(server, "agent1").get("/me")).permissions).toContain("queue:supervise");
    await admin.page.keyboard.press("Escape");

    // Who is the only administrator stays it.
    await admin.id("account-edit-admin").filter({ visible: true }).click();
    await admin.id("account-role-admin").uncheck();
    await admin.id("account-role-agent").check();
    await admin.id("account-roles-save").click();
    await expect(admin.id("account-drawer").getByRole("alert")).toContainText("somebody must administer the org");
    await admin.page.keyboard.press("Escape");

    // A role that is held is not removed.
    await admin.id("tab-roles").click();
    await admin.id("role-remove-night-shift").filter({ visible: true }).click();
    await admin.id("confirm-do").click();
    await expect(admin.id("confirm").getByRole("alert")).toContainText("hold it");
  });
}

test("agents and supervisors neither see the page nor what is on it", async ({ world }) => {
  const server = await world.server();
  const me = (await Api.as(server, "admin").get("/me")).user.id;
  for (const name of ["agent1", "supervisor"]) {
    const api = Api.as(server, name);
    expect((await api.request("GET", `/people/${me}/sessions`)).status, name).toBe(403);
    expect((await api.request("PUT", `/people/${me}/roles`, { roles: ["agent"] })).status, name).toBe(403);
    expect((await api.request("POST", "/roles", { name: "mine", title: "Mine", permissions: ["chat:use"] })).status, name).toBe(403);
  }
  const agent = await world.person(server, "agent1");
  await expect(agent.id("nav-settings")).toBeVisible();
  await expect(agent.id("nav-admin")).toHaveCount(0);
  await agent.page.goto(`${server.url}/admin`);
  await expect(agent.page.getByText("There is nothing here")).toBeVisible();
});
