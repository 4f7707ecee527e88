// The main job: a caller on a SIP phone reaches an agent in a browser through a queue.
import { heard, level, soundPasses } from "../parts/audio.ts";
import { Api, until } from "../parts/api.ts";
import { expect, test } from "../parts/world.ts";

for (const hangsUp of ["agent", "caller"] as const) {
  test(`a caller is greeted, waits with music, talks to an agent; the ${hangsUp} hangs up`, async ({ world }) => {
    const server = await world.server();
    const caller = await world.caller(server);
    const supervisor = Api.as(server, "supervisor");

    caller.dial(`sip:${server.demo.numbers[0]}@${server.sip}`);
    await caller.event("CALL_ESTABLISHED");
    // Nobody is on queue: greeting, then music.
    const waiting = await until("the caller waits", () => supervisor.get("/conversations?active=true"), (page) => page.items[0]?.state === "queued", 30);
    const conversation = waiting.items[0].id;
    await soundPasses(3);

    const agent = await world.person(server, "agent1");
    await agent.goOnQueue();
    await expect(agent.id("alert")).toBeVisible();
    await agent.id("alert-answer").click();
    await agent.callState("connected");
    const inBrowser = heard(await agent.listen(6), 880);
    await soundPasses(1);

    if (hangsUp === "agent") await agent.id("call-hangup").first().click();
    else caller.hangUp();
    await caller.event("CALL_CLOSED");

    // The caller's tone in the browser, and the agent's in the phone: at least 5 s, no gap over 60 ms.
    expect(inBrowser.seconds).toBeGreaterThanOrEqual(5);
    expect(inBrowser.longestGapMs).toBeLessThanOrEqual(60);
    const recording = caller.recording();
    const inPhone = heard(recording, 440);
    expect(inPhone.seconds).toBeGreaterThanOrEqual(5);
    // Before the agent there was speech and music, not silence.
    expect(level(recording, 0.5, 3)).toBeGreaterThan(0.01);
    expect(level(recording, inPhone.from - 3, inPhone.from - 0.5)).toBeGreaterThan(0.005);
    const talk = { ...recording, samples: recording.samples.subarray(Math.round((inPhone.from + 0.2) * recording.rate)) };
    expect(heard(talk, 440).longestGapMs).toBeLessThanOrEqual(60);

    // Wrap-up, then free again.
    await expect(agent.id("wrap-up").first()).toBeVisible();
    await agent.page.locator("[data-testid^=wrapup-code-]").first().click();
    await agent.id("wrapup-done").first().click();
    const me = Api.as(server, "agent1");
    await until("the agent is idle", () => me.get("/agents/me"), (a) => a.status === "idle");

    // Segments add up to the call.
    const done = await until("the conversation is over", () => supervisor.get(`/conversations/${conversation}`), (c) => c.state === "ended");
    expect(done.outcome).toBe("handled");
    const call = await supervisor.get(`/calls/${done.call}`);
    const ms = (from: string, to: string) => new Date(to).getTime() - new Date(from).getTime();
    const onCall = done.participants.flatMap((p: any) => p.segments).filter((s: any) => ["ivr", "wait", "talk", "hold"].includes(s.kind));
    const sum = onCall.reduce((total: number, s: any) => total + ms(s.started_at, s.ended_at), 0);
    expect(Math.abs(sum - ms(call.started_at, call.ended_at))).toBeLessThanOrEqual(50);
    const decisions = (await supervisor.get(`/conversations/${conversation}/decisions`)).items;
    expect(decisions.at(-1).candidates.map((c: any) => c.agent)).toContain((await me.get("/me")).user.id);
  });
}
