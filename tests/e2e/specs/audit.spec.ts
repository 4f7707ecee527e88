// Who changed what: told of with how it was before and from where, to those who may see it, and to nobody else.
import { Api } from "../parts/api.ts";
import { looks, looksRight } from "../parts/looks.ts";
import { expect, test } from "../parts/world.ts";

for (const [dark, width] of looks([
  [false, 1440],
  [true, 1440],
  [false, 768],
  [false, 375],
  [true, 375],
] as const)) {
  test(`a role that was changed is told of with what it was, ${dark ? "dark" : "light"}, ${width} px`, async ({ world }) => {
    test.setTimeout(120_000);
    const server = await world.server();
    const api = Api.as(server, "admin");
    await api.json("POST", "/roles", { name: "night-shift", title: "Night shift", permissions: ["chat:use"] });
    const admin = await world.person(server, "admin", { dark, width });
    const { page } = admin;

    // Changed in the browser.
    await page.goto(`${server.url}/admin?tab=roles`);
    await admin.id("role-show-night-shift").filter({ visible: true }).click();
    await admin.id("role-drawer").locator("input[name=title]").fill("Nights");
    await admin.id("role-save").click();
    await expect(page.getByText("Nights", { exact: true }).filter({ visible: true }).first()).toBeVisible();

    await admin.id("tab-audit").click();
    const row = page.locator("[data-testid=audit-row], [data-testid=audit-row-card]").filter({ visible: true });
    await expect(row.first()).toContainText(/Role changed/);
    await expect(row.first()).toContainText("Nights");
    await expect(row.first()).toContainText("Ada Admin");
    await expect(row.first()).toContainText("127.0.0.1");
    await looksRight(admin);

    // Opened by the keyboard, and closed by it.
    const show = row.first().getByTestId("audit-show");
    await show.focus();
    await page.keyboard.press("Enter");
    const entry = admin.id("audit-entry");
    const title = entry.locator("tr[data-field=title]");
    await expect(title.locator("[data-cell=before]")).toHaveText("Night shift");
    await expect(title.locator("[data-cell=after]")).toHaveText("Nights");
    await expect(entry.locator("tr[data-field=permissions]")).toHaveCount(0);
    await expect(entry).toContainText("127.0.0.1");
    await expect(entry).toContainText("Chrome");
    await looksRight(admin);
    await page.keyboard.press("Escape");
    await expect(entry).toHaveCount(0);
    await expect(show).toBeFocused();

    // Looked for; what is looked for is in the address.
    await admin.id("audit-what").selectOption("role.");
    await admin.id("audit-text").fill("night shift");
    await admin.id("audit-text").press("Enter");
    await expect(row).toHaveCount(2);
    await expect(row.nth(1)).toContainText("Role defined");
    expect(new URL(page.url()).searchParams.get("what")).toBe("role.");
    await page.reload();
    await expect(row).toHaveCount(2);
    await expect(admin.id("audit-text")).toHaveValue("night shift");
    await admin.id("audit-text").fill("nothing of the kind");
    await admin.id("audit-search").click();
    await expect(page.getByText("Nothing like that")).toBeVisible();
    await looksRight(admin);
    await admin.id("audit-clear").click();
    await expect(row.first()).toBeVisible();
    await admin.id("audit-who").selectOption("system");
    await expect(row.filter({ hasText: "Ada Admin" }).filter({ hasText: "Role" })).toHaveCount(0);
    await expect(row.last()).toContainText("The server");
  });
}

test("an agent sees nothing of it", async ({ world }) => {
  const server = await world.server();
  const refused = await Api.as(server, "agent1").request("GET", "/audit");
  expect(refused.status).toBe(403);
  const agent = await world.person(server, "agent1");
  await agent.page.goto(`${server.url}/admin?tab=audit`);
  await expect(agent.id("tab-audit")).toHaveCount(0);
  await expect(agent.id("audit-row")).toHaveCount(0);
});
