// Everybody can use it: axe finds nothing serious on any screen, and the keyboard alone is enough.
import { Api, until } from "../parts/api.ts";
import { faults } from "../parts/axe.ts";
import { looks } from "../parts/looks.ts";
import { expect, test } from "../parts/world.ts";

for (const dark of looks([false, true])) {
  const look = dark ? "dark" : "light";

  test(`axe finds nothing serious on the pages, ${look}`, async ({ world }) => {
    test.setTimeout(150_000);
    const server = await world.server();
    const bea = Api.as(server, "agent2");
    const amir = Api.as(server, "agent1");
    const to = (await bea.get("/me")).user.id;
    const chat = await amir.json("POST", "/chats", { kind: "direct", members: [to] });
    for (const [api, text] of [[amir, "Good morning"], [bea, "Good morning, Amir. See https://example.org"], [amir, "**Thanks**"]] as const) {
      await api.json("POST", `/chats/${chat.id}/messages`, { client_id: crypto.randomUUID(), text });
    }
    const person = await world.person(server, "agent1", { dark });
    const found: Record<string, string[]> = {};
    const look = async (name: string, path: string, ready: string) => {
      await person.page.goto(`${server.url}${path}`);
      await expect(person.page.locator(ready).first()).toBeVisible();
      found[name] = await faults(person);
    };
    await look("home", "/", "main h1, main h2");
    await look("chats", "/chat", "[data-testid=chat-row]");
    await look("chat", `/chat/${chat.id}`, "[data-testid=message]");
    await look("people", "/people", "[data-testid=person-agent2]");
    await look("person", `/people/${to}`, "[data-testid=person-message]");
    await look("calls", "/calls", "[data-testid=dial-number]");
    await look("conversations", "/inbox", "main");
    await look("settings", "/settings", "main h1");
    await person.page.keyboard.press("Control+k");
    await expect(person.id("palette")).toBeVisible();
    found.palette = await faults(person);
    await person.page.keyboard.press("Escape");
    await person.id("presence-menu").first().click();
    await expect(person.id("presence-busy")).toBeVisible();
    found["presence menu"] = await faults(person);
    await person.page.keyboard.press("Escape");
    // Signed out: the first page anybody sees, and what it says to a wrong password.
    await person.page.evaluate(() => {
      localStorage.clear();
      sessionStorage.clear();
    });
    await look("sign-in", "/signin", "[data-testid=signin-submit]");
    await person.page.locator("input[name=name]").fill("agent1");
    await person.page.locator("input[name=password]").fill("wrong");
    await person.id("signin-submit").click();
    await expect(person.id("signin-problem")).toBeVisible();
    found["sign-in refused"] = await faults(person);

    expect(Object.entries(found).filter(([, each]) => each.length > 0)).toEqual([]);
  });

  test(`axe finds nothing serious while an agent works and a supervisor looks on, ${look}`, async ({ world }) => {
    test.setTimeout(150_000);
    const server = await world.server();
    const agent = await world.person(server, "agent1", { dark });
    const supervisor = await world.person(server, "supervisor", { dark });
    const found: Record<string, string[]> = {};
    await supervisor.page.goto(`${server.url}/queues`);
    await expect(supervisor.id("supervisor")).toBeVisible();
    await agent.goOnQueue();
    found["on queue"] = await faults(agent);
    const caller = await world.caller(server);
    caller.dial(`sip:${server.demo.numbers[0]}@${server.sip}`);
    await expect(agent.id("alert")).toBeVisible();
    found.alert = await faults(agent);
    await agent.id("alert-answer").click();
    await agent.callState("connected");
    found["in the call"] = await faults(agent);
    for (const tab of await supervisor.page.locator("[data-testid^=tab-]").all()) {
      await tab.click();
      found[`supervisor, ${await tab.textContent()}`] = await faults(supervisor);
    }
    await agent.id("call-keypad").first().click();
    await expect(agent.id("dtmf-sent")).toBeVisible();
    found.keypad = await faults(agent);
    await agent.page.keyboard.press("Escape");
    await agent.id("call-hangup").first().click();
    await expect(agent.id("wrap-up").first()).toBeVisible();
    await agent.page.locator("[data-testid^=wrapup-code-]").first().click();
    found["wrap-up"] = await faults(agent);
    await agent.id("wrapup-done").first().click();
    await expect(agent.id("toast").first()).toBeVisible();
    found["wrapped up"] = await faults(agent);
    expect(Object.entries(found).filter(([, each]) => each.length > 0)).toEqual([]);
  });
}

test("the keyboard alone signs in, chats, takes a call from the queue and wraps it up", async ({ world }) => {
  test.setTimeout(120_000);
  const server = await world.server();
  const person = await world.person(server, "agent1");
  const { page } = person;
  // Starts over at the sign-in page, by keyboard from here on.
  await page.evaluate(() => {
    localStorage.clear();
    sessionStorage.clear();
  });
  await page.goto(server.url);
  await expect(person.id("signin-submit")).toBeVisible();
  const press = (keys: string) => page.keyboard.press(keys);
  /** Tabs until the focus is on it. It has to be visible there, and to show the focus. */
  const reach = async (selector: string, back = false) => {
    for (let n = 0; n < 80; n++) {
      if (await page.evaluate((selector) => !!document.activeElement?.closest(selector), selector)) {
        const shown = await page.evaluate(() => {
          const focused = document.activeElement!;
          const style = getComputedStyle(focused);
          // A radio button inside its label shows the focus on the label.
          const label = focused.closest("label");
          const ringed = [style, ...(label ? [getComputedStyle(label)] : [])].some((each) => each.outlineStyle !== "none" && parseFloat(each.outlineWidth) > 0);
          const field = focused.matches("input, textarea");
          return ringed || field;
        });
        expect(shown, `${selector} shows its focus`).toBe(true);
        return;
      }
      await press(back ? "Shift+Tab" : "Tab");
    }
    throw new Error(`the keyboard does not reach ${selector}`);
  };

  await reach("input[name=name]");
  await page.keyboard.type("agent1");
  await press("Tab");
  await page.keyboard.type(server.user("agent1").password);
  await press("Enter");
  await expect(person.id("presence-menu").first()).toBeVisible();

  // The first stop on the page leads past the navigation.
  await press("Tab");
  await expect(page.locator("a[href='#main']")).toBeFocused();

  await press("Control+k");
  await expect(person.id("palette")).toBeVisible();
  const bea = (await Api.as(server, "agent2").get("/me")).user.display_name;
  await page.keyboard.type(bea);
  await expect(page.getByRole("option").first()).toContainText(bea);
  await press("Enter");
  await expect(person.id("composer")).toBeFocused();
  await page.keyboard.type("Written without a mouse");
  await press("Enter");
  await expect(person.id("message").last()).toContainText("Written without a mouse");

  // On queue.
  await reach("[data-testid=on-queue]", true);
  await press("Space");
  await expect(person.id("on-queue").first()).toHaveAttribute("aria-checked", "true");
  const caller = await world.caller(server);
  caller.dial(`sip:${server.demo.numbers[0]}@${server.sip}`);

  // The alert takes the focus from somebody who does not type.
  await expect(person.id("alert")).toBeVisible();
  await expect(person.id("alert-answer")).toBeFocused();
  await press("Enter");
  await person.callState("connected");
  await reach("[data-testid=call-mute]");
  await press("Space");
  await expect(page.getByTestId("call-mute").first()).toHaveAttribute("aria-pressed", "true");
  await press("Space");
  await reach("[data-testid=call-hangup]");
  await press("Enter");
  await caller.event("CALL_CLOSED");

  await expect(person.id("wrap-up").first()).toBeVisible();
  await reach("[data-testid=wrap-up] input[type=radio]");
  await press("Space");
  await reach("[data-testid=wrapup-note]");
  await page.keyboard.type("All by keyboard");
  await reach("[data-testid=wrapup-done]");
  await press("Enter");
  const me = Api.as(server, "agent1");
  await until("the agent is idle", () => me.get("/agents/me"), (each) => each.status === "idle");
});
