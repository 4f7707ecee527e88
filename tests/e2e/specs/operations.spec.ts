// Those who look after a Tandem see its nodes and jobs; nobody else does.
import { Api } from "../parts/api.ts";
import { faults } from "../parts/axe.ts";
import { looks } from "../parts/looks.ts";
import { ON_CLUSTER } from "../parts/server.ts";
import { expect, test } from "../parts/world.ts";

for (const dark of looks([false, true])) {
  test(`an administrator sees this node, what it does, and the jobs, by keyboard too, ${dark ? "dark" : "light"}`, async ({ world }) => {
    const server = await world.server();
    const admin = await world.person(server, "admin", { dark });
    const { answering, items } = await Api.as(server, "admin").get<{ answering: string; items: { id: string; name: string; roles: string[]; version: string }[] }>("/nodes");
    const nodes = ON_CLUSTER ? 10 : 1;
    expect(items).toHaveLength(nodes);
    expect(items.map((node) => node.id)).toContain(answering);
    expect([...new Set(items.flatMap((node) => node.roles))].toSorted()).toEqual(["edge", "engine", "media", "sip", "worker"]);

    await admin.id("nav-operations").click();
    await expect(admin.page).toHaveTitle(/Operations/);
    const rows = admin.id("node-row");
    await expect(rows).toHaveCount(nodes);
    const row = rows.filter({ hasText: "Answers you" });
    await expect(row).toHaveCount(1);
    await expect(row.locator("[data-cell=state]")).toHaveText("Serving");
    await expect(row.locator("[data-cell=version]")).toHaveText(items[0]!.version);
    for (const role of ["Edge", "SIP", "Media", "Engine", "Worker"]) {
      await expect(rows.locator("[data-cell=roles]").filter({ hasText: role })).toHaveCount(ON_CLUSTER ? 2 : 1);
    }
    await expect(admin.id("single-process")).toHaveCount(ON_CLUSTER ? 0 : 1);
    await expect(admin.id("unserved")).toHaveCount(0);
    expect(await faults(admin)).toEqual([]);

    await admin.id("tab-nodes").focus();
    await admin.page.keyboard.press("ArrowRight");
    await expect(admin.id("tab-jobs")).toBeFocused();
    await expect(admin.id("tab-jobs")).toHaveAttribute("aria-selected", "true");
    await admin.id("jobs-dead").focus();
    await admin.page.keyboard.press("Enter");
    await expect(admin.id("jobs-dead")).toHaveAttribute("aria-pressed", "true");
    await expect(admin.page.getByRole("heading", { name: "No jobs: dead" })).toBeVisible();
    expect(new URL(admin.page.url()).search).toContain("state=dead");
    expect(await faults(admin)).toEqual([]);
    await admin.page.reload();
    await expect(admin.id("jobs-dead")).toHaveAttribute("aria-pressed", "true");
  });
}

test("a dead job is looked at, tried again and discarded; what the server refuses is said", async ({ world }) => {
  const server = await world.server();
  const admin = await world.person(server, "admin");
  const at = "2026-01-02T03:04:05.000000Z";
  const job = {
    id: crypto.randomUUID(), kind: "report.nightly", key: null, state: "dead", attempts: 8, max_attempts: 8, run_at: at, created_at: at, changed_at: at,
    error: "the printer is on fire", payload: { day: "2026-01-01" },
  };
  // No job of this server fails by itself, so its list is played; the operations on it are the server's own.
  await admin.page.route("**/api/v1/jobs?**", (route) => route.fulfill({ json: { items: [job] } }));
  await admin.page.goto(`${server.url}/operations?tab=jobs`);
  await admin.id("job-open").first().click();
  await expect(admin.id("job-drawer")).toContainText("the printer is on fire");
  await expect(admin.id("job-drawer")).toContainText("2026-01-01");
  expect(await faults(admin)).toEqual([]);
  await admin.page.keyboard.press("Escape");
  await expect(admin.id("job-open").first()).toBeFocused();

  for (const kind of ["retry", "discard"]) {
    await admin.id(`job-${kind}`).first().click();
    await expect(admin.id("job-confirm")).toContainText(job.kind);
    await admin.id("job-confirm-do").click();
    // Nobody has this job.
    await expect(admin.id("job-confirm").getByRole("alert")).toBeVisible();
    expect(await faults(admin)).toEqual([]);
    await admin.page.keyboard.press("Escape");
    await expect(admin.id("job-confirm")).toHaveCount(0);
  }

  const asked: string[] = [];
  await admin.page.route("**/api/v1/jobs/**", (route) => {
    asked.push(`${route.request().method()} ${new URL(route.request().url()).pathname}`);
    return route.fulfill({ json: job });
  });
  await admin.id("job-retry").first().click();
  await admin.id("job-confirm-do").click();
  await expect(admin.id("toast")).toContainText("report.nightly is tried again.");
  await admin.id("job-discard").first().click();
  await admin.id("job-confirm-do").click();
  await expect(admin.id("toast").last()).toContainText("report.nightly is discarded.");
  expect(asked).toEqual([`POST /api/v1/jobs/${job.id}/retry`, `DELETE /api/v1/jobs/${job.id}`]);
});

test("agents and supervisors neither see the page nor what is on it", async ({ world }) => {
  const server = await world.server();
  for (const name of ["agent1", "supervisor"]) {
    for (const path of ["/nodes", "/jobs"]) expect((await Api.as(server, name).request("GET", path)).status, `${name} ${path}`).toBe(403);
  }
  const agent = await world.person(server, "agent1");
  await expect(agent.id("nav-settings")).toBeVisible();
  await expect(agent.id("nav-operations")).toHaveCount(0);
  await agent.page.goto(`${server.url}/operations`);
  await expect(agent.page.getByText("There is nothing here")).toBeVisible();
  await expect(agent.id("operations")).toHaveCount(0);
});
