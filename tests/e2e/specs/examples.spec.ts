// The programs of examples/, started as a customer would start them.
import { type ChildProcess, spawn } from "node:child_process";
import { randomUUID } from "node:crypto";
import { on, once } from "node:events";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Webhook } from "standardwebhooks";
import WebSocket from "ws";
import { Api } from "../parts/api.ts";
import { freePort } from "../parts/ports.ts";
import type { Server } from "../parts/server.ts";
import { expect, test, World } from "../parts/world.ts";

const EXAMPLES = join(import.meta.dirname, "../../../examples");
const CUSTOMERS = join(EXAMPLES, "customers.json");

class Program {
  static readonly #running: Program[] = [];
  /** What it said, to whomever. */
  text = "";
  readonly ended: Promise<number | null>;
  readonly #child: ChildProcess;

  constructor(name: string, args: string[], env: Record<string, string>) {
    const child = spawn(process.execPath, [join(EXAMPLES, name), ...args], { env, stdio: ["ignore", "pipe", "pipe"] });
    for (const stream of [child.stdout, child.stderr]) stream.on("data", (chunk) => (this.text += chunk));
    this.ended = new Promise((resolve) => child.once("close", resolve));
    this.#child = child;
    Program.#running.push(this);
  }

  async says(text: string | RegExp): Promise<void> {
    await expect.poll(() => this.text).toMatch(text);
  }

  /** Ends it; answers its exit code, null if it was killed. */
  async end(signal: "SIGTERM" | "SIGINT" | "SIGKILL"): Promise<number | null> {
    this.#child.kill(signal);
    return this.ended;
  }

  static async endAll(): Promise<void> {
    await Promise.all(Program.#running.splice(0).map((program) => program.end("SIGKILL")));
  }
}

// One server for all: they do not get into each other's way, and a cluster takes its time to start.
let shared: World;
let server: Server;

test.beforeAll(async () => {
  shared = new World();
  server = await shared.server();
});

test.afterEach(() => Program.endAll());
test.afterAll(() => shared.end());

/** The environment of somebody's program that may do this. */
async function environment(name: string, scopes: string[]): Promise<Record<string, string>> {
  const { password } = server.user(name);
  const session = await Api.as(server, name).json("POST", "/sessions", { name, password });
  const { token } = await new Api(server, session.token).json("POST", "/me/tokens", { name: "example", scopes, expires_in_days: 1 });
  return { TANDEM: server.url, TANDEM_TOKEN: token };
}

/** A direct chat of two, and what the second says in it. */
async function chatOf(first: string, second: string) {
  const api = Api.as(server, first);
  const { user } = await Api.as(server, second).get("/me");
  const { id } = await api.json("POST", "/chats", { kind: "direct", members: [user.id] });
  const say = (text: string) => api.json("POST", `/chats/${id}/messages`, { client_id: randomUUID(), text });
  const said = async (): Promise<string[]> => {
    const { items } = await api.get(`/chats/${id}/messages?limit=200`);
    return items.filter((each: any) => each.author === user.id).map((each: any) => each.text).reverse();
  };
  return { id, say, said };
}

/** A device of somebody's, which can be rung for the next 8 s. */
async function device(name: string): Promise<WebSocket> {
  const socket = new WebSocket(`${server.url.replace("http", "ws")}/api/v1/ws`);
  const answers = on(socket, "message");
  await once(socket, "open");
  socket.send(JSON.stringify({ id: 1, type: "authenticate", data: { token: server.user(name).token, device: randomUUID() } }));
  socket.send(JSON.stringify({ id: 2, type: "heartbeat", data: { active: true } }));
  for await (const [text] of answers) if (JSON.parse(text).id === 2) return socket;
  throw new Error("the socket was closed");
}

test("each says how it is used, and what is wrong in one line", async () => {
  const says = async (code: number, what: RegExp, name: string, args: string[], env: Record<string, string>) => {
    const program = new Program(name, args, env);
    expect.soft(await program.ended, program.text).toBe(code);
    expect.soft(program.text).toMatch(what);
  };
  const stranger = { TANDEM: server.url, TANDEM_TOKEN: "tdp_invented" };
  const programs = ["chat-bot.mjs", "wallboard.mjs", "screen-pop.mjs", "crm-dip.mjs"];
  await Promise.all(programs.map((name) => says(0, new RegExp(`TANDEM_TOKEN=… .*node ${name}`), name, ["--help"], {})));
  await Promise.all([
    says(1, /^chat-bot: TANDEM_TOKEN is not set.*\n$/, "chat-bot.mjs", [], { TANDEM: server.url }),
    says(1, /^wallboard: .*--twice.*\n$/, "wallboard.mjs", ["--twice"], stranger),
    says(1, /^wallboard: (?!.*undefined).+\n$/, "wallboard.mjs", ["--once"], stranger),
    says(1, /^screen-pop: .*\{number\}.*\n$/, "screen-pop.mjs", ["--url", "https://crm.example/"], stranger),
    says(1, /^crm-dip: WEBHOOK_SECRET is not set.*\n$/, "crm-dip.mjs", ["--chat", randomUUID()], stranger),
  ]);
});

test("the wallboard shows the queues once, or as they change", async () => {
  const env = await environment("supervisor", ["queue:read", "queue:supervise"]);
  const table = new Program("wallboard.mjs", ["--once"], env);
  expect(await table.ended, table.text).toBe(0);
  // Waiting, the longest, talking, on queue, idle.
  expect(table.text).toMatch(/^Queue +Waiting .*\nSupport +0 +– +0 +0 +0 .*\n$/);

  const board = new Program("wallboard.mjs", [], env);
  await board.says(/\nSupport +0 +– +0 +0 +0 /);
  const desk = await device("agent1");
  await Api.as(server, "agent1").json("PUT", "/me/presence", { primary: "on_queue" });
  await board.says(/\nSupport +0 +– +0 +1 +1 /);
  await Api.as(server, "agent1").json("PUT", "/me/presence", { primary: "available" });
  await board.says(/\nSupport +0 +– +0 +1 +1 [^]*\nSupport +0 +– +0 +0 +0 /);
  expect(await board.end("SIGINT"), board.text).toBe(0);
  desk.close();
});

test("a call shows the agent who it is, and a chat is told; only what is signed counts", async () => {
  const admin = Api.as(server, "admin");
  const { user } = await Api.as(server, "agent1").get("/me");
  await admin.json("PUT", "/numbers/%2B15550142", { kind: "user", user: user.id });
  const pop = new Program("screen-pop.mjs", ["--url", "https://crm.example/?phone={number}&call={call}"], await environment("agent1", ["call:use"]));

  const port = await freePort();
  const url = `http://127.0.0.1:${port}/`;
  const { secret } = await admin.json("POST", "/webhooks", { name: "CRM dip", url, kinds: ["call.*", "conversation.*"] });
  const chat = await chatOf("agent1", "supervisor");
  const args = ["--chat", chat.id, "--customers", CUSTOMERS, "--listen", `127.0.0.1:${port}`];
  const dip = new Program("crm-dip.mjs", args, { ...(await environment("supervisor", ["chat:use"])), WEBHOOK_SECRET: secret });
  await pop.says("waiting for calls");
  await dip.says("listening on");

  const caller = await shared.caller(server);
  const desk = await device("agent1");
  caller.dial(`sip:+15550142@${server.sip}`);
  await pop.says(/^https:\/\/crm\.example\/\?phone=%2B15550123&call=[0-9a-f-]{36}$/m);
  const told = "+15550123 calls: Ada Example · gold contract, renewal in May";
  await expect.poll(chat.said).toEqual([told]);
  caller.hangUp();
  await caller.event("CALL_CLOSED");
  desk.close();
  expect(pop.text.match(/https:/g)).toHaveLength(1);

  const call = randomUUID();
  const started = { type: "call.started", data: { call, leg: { address: "+15550123", user: null } } };
  const queued = { type: "conversation.started", data: { call, from: "+15550123" } };
  const send = async (event: object, { key = secret, id = `0-${randomUUID()}`, at = new Date() } = {}) => {
    const body = JSON.stringify(event);
    const timestamp = String(Math.floor(at.getTime() / 1000));
    const headers = { "webhook-id": id, "webhook-timestamp": timestamp, "webhook-signature": new Webhook(key).sign(id, at, body) };
    return (await fetch(url, { method: "POST", headers, body })).status;
  };
  const wrong = `whsec_${Buffer.alloc(32, 7).toString("base64")}`;
  expect(await send(started, { key: wrong })).toBe(401);
  expect(await send(started, { at: new Date(Date.now() - 6 * 60_000) })).toBe(401);
  expect((await fetch(url, { method: "POST", body: JSON.stringify(started) })).status).toBe(401);
  expect(await chat.said()).toEqual([told]);
  // The same message twice, and both events of a call: that is told of once.
  for (let n = 0; n < 2; n++) expect(await send(started, { id: "0-1" })).toBe(200);
  expect(await send(queued)).toBe(200);
  expect(await chat.said()).toEqual([told, told]);

  expect(await pop.end("SIGTERM"), pop.text).toBe(0);
  expect(await dip.end("SIGTERM"), dip.text).toBe(0);
});

test("the chat bot answers once, whether it or the server is killed meanwhile", async () => {
  const folder = mkdtempSync(join(tmpdir(), "tandem-bot-"));
  const cursor = join(folder, "cursor");
  const env = await environment("agent2", ["chat:use"]);
  const chat = await chatOf("agent1", "agent2");
  const start = () => new Program("chat-bot.mjs", ["--cursor", cursor], env);
  try {
    let bot = start();
    await bot.says(/^chat-bot: .* answers$/m);
    const beginning = readFileSync(cursor);
    await chat.say("!echo one");
    await expect.poll(chat.said).toEqual(["one"]);

    await bot.end("SIGKILL");
    await chat.say("!echo two");
    await chat.say("!dance, says nobody");
    bot = start();
    await expect.poll(chat.said).toEqual(["one", "two"]);

    await server.kill();
    await server.start();
    await chat.say("!echo three");
    await expect.poll(chat.said).toEqual(["one", "two", "three"]);
    expect(await bot.end("SIGTERM"), bot.text).toBe(0);

    // As if it had been killed before it could note that it answered.
    writeFileSync(cursor, beginning);
    bot = start();
    await chat.say("!time");
    await expect.poll(chat.said).toEqual(["one", "two", "three", expect.stringMatching(/GMT$/)]);
    expect(await bot.end("SIGTERM"), bot.text).toBe(0);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});
