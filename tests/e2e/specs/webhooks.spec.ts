// Systems elsewhere that are told of events: signed so that they can tell, in order, and again until they take it.
import { randomUUID } from "node:crypto";
import { createServer, type IncomingMessage, type Server as Listener, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { Webhook } from "standardwebhooks";
import { Api, until } from "../parts/api.ts";
import type { Person } from "../parts/browser.ts";
import { looks, looksRight } from "../parts/looks.ts";
import type { Server } from "../parts/server.ts";
import { expect, test } from "../parts/world.ts";

type Answer = 200 | 500 | "hang" | "redirect";

interface Received {
  /** `webhook-id`. */
  id: string;
  type: string;
  /** What a message says. */
  text: string | undefined;
  answer: Answer;
  headers: Record<string, string>;
  body: string;
}

/** A customer's program that is told of events, and does not always take them. */
class Receiver {
  readonly received: Received[] = [];
  /** Requests that should never have come. */
  readonly stray: string[] = [];
  /** How the next messages are answered, before all others are taken. */
  readonly next: Answer[] = [];
  #listener: Listener | undefined;
  #port = 0;

  static async start(): Promise<Receiver> {
    const receiver = new Receiver();
    await receiver.open();
    return receiver;
  }

  get url(): string {
    return `http://127.0.0.1:${this.#port}/hook`;
  }

  /** What was taken, in the order in which it was. */
  get taken(): Received[] {
    return this.received.filter(({ answer }) => answer === 200);
  }

  /** What the messages said that were taken. */
  get texts(): string[] {
    return this.taken.flatMap(({ text }) => text ?? []);
  }

  of(text: string): Received[] {
    return this.received.filter((each) => each.text === text);
  }

  /** Listens (again), after the first time on the same port. */
  async open(): Promise<void> {
    const listener = createServer((request, response) => void this.#take(request, response));
    await new Promise<void>((resolve) => listener.listen(this.#port, "127.0.0.1", resolve));
    this.#port = (listener.address() as AddressInfo).port;
    this.#listener = listener;
  }

  /** From now on connections are refused. */
  async close(): Promise<void> {
    const listener = this.#listener;
    this.#listener = undefined;
    if (!listener) return;
    const closed = new Promise((resolve) => listener.close(resolve));
    listener.closeAllConnections();
    await closed;
  }

  async #take(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    if (request.method !== "POST" || request.url !== "/hook") {
      this.stray.push(`${request.method} ${request.url}`);
      response.writeHead(404).end();
      return;
    }
    const body = Buffer.concat(chunks).toString();
    const headers = Object.fromEntries(Object.entries(request.headers).map(([name, value]) => [name, String(value)]));
    const event = JSON.parse(body);
    const text = event.type === "chat.message.posted" ? (event.data.message.text as string) : undefined;
    const answer = (text === undefined ? undefined : this.next.shift()) ?? 200;
    this.received.push({ id: headers["webhook-id"] ?? "", type: event.type, text, answer, headers, body });
    if (answer === "hang") return;
    if (answer === "redirect") response.writeHead(302, { location: `http://127.0.0.1:${this.#port}/elsewhere` }).end();
    else response.writeHead(answer).end();
  }
}

/** What `secret` does not sign. */
const unsigned = (secret: string, received: readonly Received[]): string[] =>
  received.flatMap(({ id, type, body, headers }) => {
    try {
      new Webhook(secret).verify(body, headers);
      return [];
    } catch (error) {
      return [`${id} ${type}: ${error}`];
    }
  });

/** A chat that the administrator, for whom webhooks look, is in. */
async function conversation(server: Server): Promise<(text: string) => Promise<unknown>> {
  const amir = Api.as(server, "agent1");
  const { user } = await Api.as(server, "admin").get("/me");
  const chat = await amir.json("POST", "/chats", { kind: "direct", members: [user.id] });
  return (text) => amir.json("POST", `/chats/${chat.id}/messages`, { client_id: randomUUID(), text });
}

async function fillIn(admin: Person, fields: { name?: string; url?: string; kinds?: string }): Promise<void> {
  const drawer = admin.id("webhook-drawer");
  if (fields.name !== undefined) await drawer.locator("input[name=name]").fill(fields.name);
  if (fields.url !== undefined) await drawer.locator("input[name=url]").fill(fields.url);
  if (fields.kinds !== undefined) await drawer.locator("textarea[name=kinds]").fill(fields.kinds);
  await drawer.locator("input[name=url]").press("Enter");
}

/** The secret that is shown this once. */
async function secretShown(admin: Person): Promise<string> {
  const secret = await admin.id("webhook-secret").inputValue();
  expect(secret).toMatch(/^whsec_/);
  return secret;
}

/** Longer than it takes until an answer that does not come is given up, and the tries after it. */
const LONG = { timeout: 60_000 };

test("every message arrives once taken, signed and in order, whatever befalls the receiver, and once more when asked", async ({ world }) => {
  test.setTimeout(240_000);
  const server = await world.server();
  const receiver = await Receiver.start();
  try {
    const say = await conversation(server);
    const api = Api.as(server, "admin");
    const admin = await world.person(server, "admin", { width: 1440 });
    await admin.page.goto(`${server.url}/admin?tab=webhooks`);
    await admin.id("webhook-new").click();
    await fillIn(admin, { name: "CRM", url: receiver.url, kinds: "chat.*" });
    const secret = await secretShown(admin);
    await admin.id("webhook-done").click();
    await expect(admin.page.locator("body")).not.toContainText(secret);
    await admin.id("webhook-open-CRM").filter({ visible: true }).click();
    const state = admin.id("webhook-state");
    await expect(state).toHaveText("Active");
    const id = new URL(admin.page.url()).searchParams.get("webhook")!;

    receiver.next.push(500, 500, 500);
    await say("first");
    await expect(admin.id("webhook-condition")).toContainText("Refused");
    await expect.poll(() => receiver.texts, LONG).toEqual(["first"]);
    await expect(state).toHaveText("Active");

    receiver.next.push("hang", "redirect");
    await say("second");
    await say("third");
    await expect.poll(() => receiver.texts, LONG).toEqual(["first", "second", "third"]);

    await receiver.close();
    await say("fourth");
    await say("fifth");
    await until("it is noticed that the receiver is down", () => api.get(`/webhooks/${id}`), (webhook) => webhook.failing_since != null && webhook.error != null);
    await expect(state).toHaveText("Failing");
    await looksRight(admin);
    await receiver.open();
    const said = ["first", "second", "third", "fourth", "fifth"];
    await expect.poll(() => receiver.texts, LONG).toEqual(said);

    expect(receiver.stray).toEqual([]);
    expect(unsigned(secret, receiver.received)).toEqual([]);
    expect(receiver.of("first").map(({ answer }) => answer)).toEqual([500, 500, 500, 200]);
    expect(receiver.of("second").map(({ answer }) => answer)).toEqual(["hang", "redirect", 200]);
    // However often it was sent, it has one name, and no other message has it.
    const names = said.map((text) => [...new Set(receiver.of(text).map((each) => each.id))]);
    expect(names.map(({ length }) => length)).toEqual([1, 1, 1, 1, 1]);
    const ids = names.flat();
    expect(new Set(ids).size).toBe(5);

    // What was sent is listed, the newest first.
    const row = (event: string) => admin.page.locator(`[data-testid=delivery-row][data-id="${event}"]`);
    for (const event of ids) await expect(row(event)).toContainText(/chat\.message\.posted.*Delivered.*HTTP 200/s);
    await expect(row(ids[0]!).locator("[data-cell=attempts]")).toHaveText("4");
    await expect(row(ids[1]!).locator("[data-cell=attempts]")).toHaveText("3");
    const listed = await admin.id("delivery-row").evaluateAll((rows) => rows.map((each) => each.getAttribute("data-id")!));
    expect(listed.filter((event) => ids.includes(event))).toEqual(ids.toReversed());
    await admin.id("deliveries-set_aside").click();
    await expect(admin.page.getByText("No deliveries: set aside")).toBeVisible();
    await admin.id("deliveries-all").click();

    // Asked for once more: everything from the start, then one alone, each under the name it had.
    const since = receiver.taken.length;
    const again = () => receiver.taken.slice(since).flatMap((each) => (ids.includes(each.id) ? each.id : []));
    await admin.id("webhook-replay").focus();
    await admin.page.keyboard.press("Enter");
    await admin.id("replay-start").check();
    await admin.id("replay-next").click();
    await expect(admin.id("confirm")).toContainText("from the start of the log");
    await looksRight(admin);
    await admin.id("confirm-do").click();
    await expect(admin.id("replay-dialog")).toHaveCount(0);
    await expect(admin.id("webhook-replay")).toBeFocused();
    await expect.poll(again, LONG).toEqual(ids);

    await admin.id("webhook-replay").click();
    await admin.id("replay-after").check();
    await admin.id("replay-event").selectOption(ids[3]!);
    await admin.id("replay-next").click();
    await admin.id("confirm-do").click();
    await expect.poll(again, LONG).toEqual([...ids, ids[4]]);

    await row(ids[1]!).getByTestId("delivery-retry").click();
    await admin.id("confirm-do").click();
    await expect.poll(again, LONG).toEqual([...ids, ids[4], ids[1]]);
    expect(unsigned(secret, receiver.received)).toEqual([]);
    expect(receiver.stray).toEqual([]);
  } finally {
    await receiver.close();
  }
});

for (const [dark, width] of looks([
  [false, 1440],
  [true, 1440],
  [false, 375],
  [true, 375],
] as const)) {
  test(`a webhook is made, tested, let rest, given another secret and removed, ${dark ? "dark" : "light"}, ${width} px`, async ({ world }) => {
    test.setTimeout(150_000);
    const server = await world.server();
    const receiver = await Receiver.start();
    try {
      const say = await conversation(server);
      const admin = await world.person(server, "admin", { dark, width });
      await admin.page.goto(`${server.url}/admin?tab=webhooks`);
      await expect(admin.page.getByText("No webhooks")).toBeVisible();
      await looksRight(admin);

      // What is missing or wrong is said where it is.
      await admin.id("webhook-new").click();
      const drawer = admin.id("webhook-drawer");
      await drawer.locator("input[name=url]").press("Enter");
      await expect(drawer.getByText("Fill this in.")).toHaveCount(2);
      await expect(drawer.locator("input[name=name]")).toBeFocused();
      await fillIn(admin, { name: "CRM", url: "http://example.com/hook", kinds: "chat.message.posted,\nchat.created" });
      await expect(drawer.locator("input[name=url]")).toHaveAttribute("aria-invalid", "true");
      await expect(drawer.locator("input[name=url]")).toBeFocused();
      await looksRight(admin);
      await fillIn(admin, { url: receiver.url });
      const first = await secretShown(admin);
      await looksRight(admin);
      await admin.id("webhook-done").click();

      const open = admin.id("webhook-open-CRM").filter({ visible: true });
      await expect(open).toBeVisible();
      await looksRight(admin);
      await open.focus();
      await admin.page.keyboard.press("Enter");
      await expect(admin.page.getByRole("heading", { level: 2, name: "CRM" })).toBeFocused();
      await looksRight(admin);

      const pings = () => receiver.taken.filter(({ type }) => type === "webhook.pinged");
      await admin.id("webhook-ping").click();
      await expect.poll(() => pings().length).toBe(1);
      await expect(admin.page.getByText("webhook.pinged").filter({ visible: true })).toBeVisible();
      await looksRight(admin);

      const state = admin.id("webhook-state");
      await admin.id("webhook-edit").click();
      await admin.id("webhook-rest").click();
      await admin.id("webhook-save").click();
      await expect(state).toHaveText("Resting");
      await say("while it rested");
      await looksRight(admin);
      expect(receiver.texts).toEqual([]);
      await admin.id("webhook-resume").click();
      await expect(state).toHaveText("Active");
      await expect(admin.page.getByRole("heading", { level: 2, name: "CRM" })).toBeFocused();
      await expect.poll(() => receiver.texts).toEqual(["while it rested"]);
      expect(unsigned(first, receiver.received)).toEqual([]);

      await admin.id("webhook-edit").click();
      await admin.id("webhook-new-secret").click();
      await looksRight(admin);
      await admin.id("confirm-do").click();
      const second = await secretShown(admin);
      expect(second).not.toBe(first);
      await admin.id("webhook-done").click();
      await admin.id("webhook-ping").click();
      await expect.poll(() => pings().length).toBe(2);
      // For a day both sign.
      for (const secret of [first, second]) expect(unsigned(secret, pings().slice(1))).toEqual([]);

      // Nobody is there to take it once more, and then nobody wants that any more.
      await receiver.close();
      await admin.id("delivery-retry").filter({ visible: true }).first().click();
      await admin.id("confirm-do").click();
      await admin.id("delivery-discard").filter({ visible: true }).click();
      await looksRight(admin);
      await admin.id("confirm-do").click();
      await expect(admin.id("delivery-discard").filter({ visible: true })).toHaveCount(0);
      await expect(admin.id("delivery-state").filter({ visible: true, hasText: "Discarded" })).toHaveCount(1);
      await looksRight(admin);

      await admin.id("webhook-remove").click();
      await admin.id("confirm-do").click();
      await expect(admin.page.getByText("No webhooks")).toBeVisible();
      await expect(admin.id("webhook-new")).toBeFocused();
      expect(receiver.stray).toEqual([]);
    } finally {
      await receiver.close();
    }
  });
}

test("what cannot be is refused with its field's name", async ({ world }) => {
  const server = await world.server();
  const api = Api.as(server, "admin");
  const good = { name: "CRM", url: "https://crm.example/hook", kinds: ["chat.*"] };
  const wrong: string[] = [];
  const refused = async (field: string, change: object) => {
    const response = await api.request("POST", "/webhooks", { ...good, ...change });
    const fields = ((await response.json()).errors ?? []).map((each: { field: string }) => each.field);
    if (response.status !== 422 || !fields.includes(field)) wrong.push(`${JSON.stringify(change).slice(0, 80)}: ${response.status} ${fields}`);
  };
  for (const url of ["", "hook", "ftp://crm.example/hook", "http://example.com/hook", "http://10.0.0.1/hook"]) await refused("url", { url });
  for (const name of ["", "x".repeat(121)]) await refused("name", { name });
  await refused("kinds", { kinds: Array.from({ length: 101 }, (_, n) => `chat.k${n}`) });
  expect(wrong).toEqual([]);
  expect((await api.get("/webhooks")).items).toEqual([]);
});

test("agents and supervisors do not administer webhooks", async ({ world }) => {
  const server = await world.server();
  for (const name of ["agent1", "supervisor"]) expect((await Api.as(server, name).request("GET", "/webhooks")).status, name).toBe(403);
  const agent = await world.person(server, "agent1");
  await agent.page.goto(`${server.url}/admin?tab=webhooks`);
  await expect(agent.page.getByText("There is nothing here")).toBeVisible();
});
