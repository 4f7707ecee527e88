// kill -9 right after an acknowledged message, with a caller in the queue.
import { randomUUID } from "node:crypto";
import { Api, until } from "../parts/api.ts";
import { expect, test } from "../parts/world.ts";

test("what was acknowledged is there after kill -9, and who waited goes on waiting", async ({ world }) => {
  const server = await world.server();
  const [amir, supervisor] = [Api.as(server, "agent1"), Api.as(server, "supervisor")];
  const caller = await world.caller(server);
  caller.dial(`sip:${server.demo.numbers[0]}@${server.sip}`);
  await caller.event("CALL_ESTABLISHED");
  const waiting = await until("the caller waits", () => supervisor.get("/conversations?active=true"), (page) => page.items[0]?.state === "queued", 30);
  const people = (await amir.get("/people")).items;
  const bea = people.find((p: any) => p.name === "agent2");
  const chat = await amir.json("POST", "/chats", { kind: "direct", members: [bea.id] });
  const browser = await world.person(server, "agent2");
  await browser.goOnQueue().catch(() => {});

  const posted: string[] = [];
  const posting = (async () => {
    for (let n = 0; n < 500; n++) {
      const response = await amir.request("POST", `/chats/${chat.id}/messages`, { client_id: randomUUID(), text: `message ${n}` }).catch(() => undefined);
      if (response?.status !== 201) return;
      posted.push((await response.json()).id);
    }
  })();
  await until("some are acknowledged", async () => posted.length, (n) => n >= 20);
  await server.kill();
  await posting;
  await server.start();

  const kept = new Set<string>();
  for (let before = ""; ; ) {
    const page = await amir.get(`/chats/${chat.id}/messages?limit=200${before}`);
    for (const message of page.items) kept.add(message.id);
    if (page.items.length < 200) break;
    before = `&before=${page.items.at(-1).seq}`;
  }
  expect(posted.filter((id) => !kept.has(id))).toEqual([]);

  // The caller waits where it waited, in the same call (and is perhaps offered to the agent who is on queue), and hangs up in it.
  const { id, call } = waiting.items[0];
  await until("the place is kept", () => supervisor.get(`/conversations/${id}`), (kept) => ["queued", "alerting"].includes(kept.state) && kept.call === call, 10);
  expect((await supervisor.get(`/calls/${call}`)).ended_at ?? null).toBeNull();
  caller.hangUp();
  const ended = await until("its end is known", () => supervisor.get(`/calls/${call}`), (record) => record.ended_at != null, 10);
  expect(ended.end_reason).toBe("hangup");
  // The browser that was open comes back by itself, and with it its person's presence.
  await until("presence recovers", () => supervisor.get(`/people/${bea.id}`), (p) => p.presence.primary !== "offline", 20);
});
