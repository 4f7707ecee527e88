// What becomes of a caller when agents do not answer, leave, or are not there.
import { Api, until } from "../parts/api.ts";
import { expect, test } from "../parts/world.ts";

const active = (supervisor: Api) => supervisor.get("/conversations?active=true");

test("an agent who lets it ring is Not Responding, and the caller goes to the other agent in the same place", async ({ world }) => {
  const server = await world.server();
  const supervisor = Api.as(server, "supervisor");
  const admin = Api.as(server, "admin");
  const [queue] = (await admin.get("/queues")).items;
  const { id, version, division: _, ...settings } = queue;
  const changed = await fetch(`${server.url}/api/v1/queues/${id}`, {
    method: "PUT",
    headers: { authorization: `Bearer ${admin.token}`, "content-type": "application/json", "if-match": `"${version}"` },
    body: JSON.stringify({ ...settings, alert_seconds: 5 }),
  });
  expect(changed.status).toBe(200);

  const first = await world.person(server, "agent1");
  await first.goOnQueue();
  const caller = await world.caller(server);
  caller.dial(`sip:${server.demo.numbers[0]}@${server.sip}`);
  await caller.event("CALL_ESTABLISHED");
  await expect(first.id("alert")).toBeVisible({ timeout: 30_000 });
  const second = await world.person(server, "agent2");
  await second.goOnQueue();
  // agent1 does nothing.
  await expect(second.id("alert")).toBeVisible({ timeout: 30_000 });
  await expect(first.id("alert")).toBeHidden();
  await expect(first.id("back-on-queue").first()).toBeVisible();
  await second.id("alert-answer").click();
  await second.callState("connected");

  const agents = (await supervisor.get("/agents")).items;
  const status = (name: string) => agents.find((a: any) => a.display_name.startsWith(name)).status;
  expect(status("Amir")).toBe("not_responding");
  const [conversation] = (await active(supervisor)).items;
  const decisions = (await supervisor.get(`/conversations/${conversation.id}/decisions`)).items.filter((d: any) => d.offer);
  expect(decisions.length).toBe(2);
  expect(decisions[0].key).toBe(decisions[1].key);
  caller.hangUp();
  await caller.event("CALL_CLOSED");
});

test("a caller who leaves while waiting is abandoned, once", async ({ world }) => {
  const server = await world.server();
  const supervisor = Api.as(server, "supervisor");
  const caller = await world.caller(server);
  caller.dial(`sip:${server.demo.numbers[0]}@${server.sip}`);
  await caller.event("CALL_ESTABLISHED");
  const waiting = await until("the caller waits", () => active(supervisor), (page) => page.items[0]?.state === "queued", 30);
  caller.hangUp();
  const id = waiting.items[0].id;
  const ended = await until("the conversation is over", () => supervisor.get(`/conversations/${id}`), (c) => c.state === "ended");
  expect(ended.outcome).toBe("abandoned");
  const stats = await until("the statistics know", () => supervisor.get("/queues/stats"), (page) => page.items[0].abandoned === 1);
  expect(stats.items[0]).toMatchObject({ offered: 1, answered: 0, abandoned: 1, waiting: 0 });
});

test("an agent who closes the browser while alerted goes Not Responding, and the caller is offered to the other", async ({ world }) => {
  const server = await world.server();
  const supervisor = Api.as(server, "supervisor");
  const first = await world.person(server, "agent1");
  await first.goOnQueue();
  const caller = await world.caller(server);
  caller.dial(`sip:${server.demo.numbers[0]}@${server.sip}`);
  await expect(first.id("alert")).toBeVisible({ timeout: 30_000 });
  const second = await world.person(server, "agent2");
  await second.goOnQueue();
  await first.close();
  const closed = Date.now();
  await expect(second.id("alert")).toBeVisible({ timeout: 12_000 });
  await until("the closed browser is Offline", () => supervisor.get("/agents"), (page) => page.items.find((a: any) => a.display_name.startsWith("Amir")).presence.primary === "offline", 12);
  expect(Date.now() - closed).toBeLessThanOrEqual(10_500);
  const agents = (await supervisor.get("/agents")).items;
  expect(["not_responding", "off_queue"]).toContain(agents.find((a: any) => a.display_name.startsWith("Amir")).status);
  const [conversation] = (await active(supervisor)).items;
  const events = (await supervisor.get(`/events?kinds=routing.*&limit=200`)).items.filter((e: any) => e.data.conversation === conversation.id);
  expect(events.filter((e: any) => e.type === "routing.offered").length).toBe(2);
  await second.id("alert-answer").click();
  await second.callState("connected");
  caller.hangUp();
});

test("with nobody there two callers keep waiting in their places", async ({ world }) => {
  const server = await world.server();
  const supervisor = Api.as(server, "supervisor");
  const callers = [await world.caller(server), await world.caller(server)];
  for (const [place, caller] of callers.entries()) {
    caller.dial(`sip:${server.demo.numbers[0]}@${server.sip}`);
    await caller.event("CALL_ESTABLISHED");
    await until("both wait", () => active(supervisor), (page) => page.items.filter((c: any) => c.state === "queued").length === place + 1, 30);
  }
  const places = (await active(supervisor)).items.sort((a: any, b: any) => a.started_at.localeCompare(b.started_at)).map((c: any) => c.position);
  expect(places).toEqual([1, 2]);
  const agent = await world.person(server, "agent1");
  await agent.goOnQueue();
  await expect(agent.id("alert")).toBeVisible();
  await agent.id("alert-answer").click();
  await agent.callState("connected");
  const left = await until("the second is next", () => active(supervisor), (page) => page.items.some((c: any) => c.position === 1) && page.items.some((c: any) => c.state === "connected"));
  const [connected, waiting] = left.items.sort((a: any, b: any) => a.started_at.localeCompare(b.started_at));
  expect([connected.state, waiting.state]).toEqual(["connected", "queued"]);
  for (const caller of callers) caller.hangUp();
});
