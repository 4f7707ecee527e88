// Groups: who is in one holds its roles, on open pages too; other systems keep them up by SCIM; no more than the org may have.
import { Api } from "../parts/api.ts";
import { faults } from "../parts/axe.ts";
import { looks } from "../parts/looks.ts";
import { expect, test } from "../parts/world.ts";

/** Asks something of SCIM as somebody. */
const scim = (server: { url: string }, token: string, method: string, path: string, body?: unknown) =>
  fetch(`${server.url}/scim/v2${path}`, {
    method,
    headers: { authorization: `Bearer ${token}`, ...(body ? { "content-type": "application/scim+json" } : {}) },
    ...(body ? { body: JSON.stringify(body) } : {}),
  });

for (const [width, dark] of looks([
  [1440, false],
  [768, true],
  [375, false],
] as const)) {
  test(`a group gives a role to who is in it, ${width} px, ${dark ? "dark" : "light"}`, async ({ world }) => {
    const server = await world.server();
    const admin = await world.person(server, "admin", { dark, width });
    const amir = await world.person(server, "agent1");
    await expect(amir.id("nav-queues")).toHaveCount(0);
    await admin.page.goto(`${server.url}/admin?tab=groups`);
    await expect(admin.id("scim-address")).toHaveValue(`${server.url}/scim/v2`);
    await admin.id("group-new").click();
    await admin.id("group-drawer").locator("input[name=name]").fill("Tour");
    await admin.id("group-save").click();
    await admin.id("group-role-supervisor").check();
    await admin.id("group-roles-save").click();
    await expect(admin.id("group-roles-save")).toBeDisabled();
    await admin.id("group-drawer").locator("input[name=member]").fill("Amir");
    await admin.id("group-add-agent1").click();
    await expect(admin.id("group-member")).toContainText("Amir Agent");
    expect(await faults(admin)).toEqual([]);
    // Amir's page was open all the time.
    await expect(amir.id("nav-queues").first()).toBeVisible();
    expect((await Api.as(server, "agent1").get("/me")).permissions).toContain("queue:supervise");
    await admin.page.keyboard.press("Escape");
    await expect(admin.page.locator("[data-testid=group-row], [data-testid=group-row-card]").filter({ visible: true }).first()).toContainText("Supervisor");
    expect(await faults(admin)).toEqual([]);
    expect(await admin.page.evaluate(() => document.documentElement.scrollWidth <= innerWidth)).toBe(true);

    await admin.id("group-remove-Tour").filter({ visible: true }).click();
    await admin.id("confirm-do").click();
    await expect(admin.id("group-row")).toHaveCount(0);
    await expect(amir.id("nav-queues")).toHaveCount(0);

    await admin.id("tab-limits").click();
    await expect(admin.page.locator("[data-testid=limit-row], [data-testid=limit-row-card]").filter({ visible: true, hasText: "Webhooks" }).first()).toContainText("50");
    expect(await faults(admin)).toEqual([]);
  });
}

test("whoever another system brings is shown so, and is out as soon as it says so", async ({ world }) => {
  const server = await world.server();
  const { token } = server.user("admin");
  const admin = await world.person(server, "admin");
  const made = await scim(server, token, "POST", "/Users", { userName: "mia@example.com", name: { givenName: "Mia", familyName: "Moved" } });
  expect([made.status, made.headers.get("content-type")]).toEqual([201, "application/scim+json"]);
  const mia: any = await made.json();
  await admin.page.goto(`${server.url}/admin`);
  await expect(admin.id("account-row").filter({ visible: true, hasText: "Mia Moved" }).first()).toContainText("SCIM");

  // Nothing of another org's is to be seen or changed.
  const other = /password +(\S+)/.exec(await server.operate(["org", "create", "Globex", "--login", "hank", "--limit", "groups=0"]))![1]!;
  const hank = await (await new Api(server, "").request("POST", "/sessions", { org: "Globex", name: "hank", password: other })).json();
  expect((await scim(server, hank.token, "GET", `/Users/${mia.id}`)).status).toBe(404);
  // They may have no group: it was said when the org was made.
  const refused = await new Api(server, hank.token).request("POST", "/groups", { name: "Tour" });
  expect([refused.status, (await refused.json()).type.split("/").at(-1)]).toEqual([409, "limit-reached"]);
  expect(await server.operate(["org", "limits", "Globex", "--set", "groups=1"])).toMatch(/groups +0 of +1 +set/);
  expect((await new Api(server, hank.token).request("POST", "/groups", { name: "Tour" })).status).toBe(201);

  const off = { schemas: ["urn:ietf:params:scim:api:messages:2.0:PatchOp"], Operations: [{ op: "Replace", path: "active", value: "False" }] };
  expect((await scim(server, token, "PATCH", `/Users/${mia.id}`, off)).status).toBe(200);
  await expect(admin.id("account-row").filter({ visible: true, hasText: "Mia Moved" }).first()).toContainText("Deactivated");
});
