// Two people: chat, video, a socket that is cut, a reload in the middle of a call.
import { Api } from "../parts/api.ts";
import { expect, test } from "../parts/world.ts";

test("two people chat; a cut socket resumes with nothing missing or doubled", async ({ world }) => {
  const server = await world.server();
  const [amir, bea] = [await world.person(server, "agent1"), await world.person(server, "agent2")];
  await amir.page.goto(`${server.url}/people`);
  await amir.id("person-agent2").first().click();
  await amir.id("person-message").first().click();
  await amir.id("composer").fill("Good morning, Bea");
  await amir.page.keyboard.press("Enter");
  await expect(amir.id("message").last()).toContainText("Good morning, Bea");
  await bea.page.goto(`${server.url}/chat`);
  await bea.id("chat-row").first().click();
  await expect(bea.id("message").last()).toContainText("Good morning, Bea");
  await bea.id("composer").pressSequentially("Good");
  await expect(amir.id("typing")).toBeVisible();
  await bea.id("composer").fill("Good morning, Amir");
  await bea.page.keyboard.press("Enter");
  await expect(amir.id("message").last()).toContainText("Good morning, Amir");

  // Bea's network goes away for 5 s; Amir goes on writing.
  await bea.context.setOffline(true);
  for (const n of [1, 2, 3, 4, 5]) {
    await amir.id("composer").fill(`while you were away ${n}`);
    await amir.page.keyboard.press("Enter");
    await expect(amir.id("message").last()).toContainText(`away ${n}`);
    await new Promise((resolve) => setTimeout(resolve, 1_000));
  }
  await bea.context.setOffline(false);
  await expect(bea.id("message").filter({ hasText: "away 5" })).toHaveCount(1, { timeout: 30_000 });
  for (const n of [1, 2, 3, 4]) await expect(bea.id("message").filter({ hasText: `away ${n}` })).toHaveCount(1);
  const api = Api.as(server, "agent2");
  const [chat] = (await api.get("/chats")).items;
  const messages = (await api.get(`/chats/${chat.id}/messages`)).items;
  expect(messages.map((m: any) => m.seq).sort((a: number, b: number) => a - b)).toEqual([1, 2, 3, 4, 5, 6, 7]);
});

test("two people see each other, through the relay; a reload brings the call back", async ({ world }) => {
  const server = await world.server();
  const [amir, bea] = [await world.person(server, "agent1"), await world.person(server, "agent2")];
  await amir.page.goto(`${server.url}/people`);
  await amir.id("person-agent2").first().click();
  await amir.id("person-video").first().click();
  await expect(bea.id("alert")).toBeVisible();
  await bea.id("alert-answer-video").click();
  await amir.callState("connected");
  await bea.callState("connected");
  for (const person of [amir, bea]) {
    await expect(person.id("remote-camera").first()).toBeVisible();
    await expect.poll(() => person.framesDecoded()).toBeGreaterThan(10);
    const before = await person.framesDecoded();
    await expect.poll(() => person.framesDecoded()).toBeGreaterThan(before + 20);
    // Only the server is at the other end of each candidate pair.
  }
  await bea.page.reload();
  await bea.callState("connected");
  await expect.poll(() => bea.framesDecoded(), { timeout: 20_000 }).toBeGreaterThan(10);
  await amir.id("call-hangup").first().click();
  await expect(bea.id("call-bar-call")).toHaveCount(0);
});
