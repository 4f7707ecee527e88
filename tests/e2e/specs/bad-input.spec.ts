// What is wrong gets a typed, clear answer over HTTP and the WebSocket, and disturbs nobody.
import { Buffer } from "node:buffer";
import { spawn } from "node:child_process";
import { createSocket } from "node:dgram";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { connect } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import WebSocket from "ws";
import { Api } from "../parts/api.ts";
import { bodies, filled, nobody, notAProblem, operations, raw } from "../parts/operations.ts";
import type { Server } from "../parts/server.ts";
import { expect, test } from "../parts/world.ts";

/** The server still answers. */
async function alive(server: Server): Promise<void> {
  expect((await Api.as(server, "agent1").get("/me")).user.name).toBe("agent1");
  expect(server.log).not.toContain("panicked");
}

test("a wrong password and an unknown name read the same; guessing is slowed down", async ({ world }) => {
  const server = await world.server();
  const signIn = (name: string, password: string) => new Api(server, "").request("POST", "/sessions", { name, password });
  const text = async (response: Response) => ({ ...(await response.json()), instance: undefined });
  const wrong = await signIn("agent1", "wrong");
  expect(wrong.status).toBe(401);
  expect(wrong.headers.get("content-type")).toBe("application/problem+json");
  expect(await text(wrong)).toEqual(await text(await signIn("nobody", "wrong")));
  let last = wrong;
  for (let n = 0; n < 8 && last.status === 401; n++) last = await signIn("agent1", `wrong${n}`);
  expect(last.status).toBe(429);
  expect(Number(last.headers.get("retry-after"))).toBeGreaterThan(0);
  // Somebody else is not kept out by it.
  expect((await signIn("agent2", server.user("agent2").password)).status).toBe(201);

  // In the browser it is said too.
  const other = await world.server();
  const person = await world.person(other, "supervisor");
  await person.context.clearCookies();
  await person.page.evaluate(() => {
    localStorage.clear();
    sessionStorage.clear();
  });
  await person.page.goto(`${other.url}/signin`);
  await person.page.locator("input[name=name]").fill("agent1");
  await person.page.locator("input[name=password]").fill("wrong");
  await person.id("signin-submit").click();
  await expect(person.id("signin-problem")).toHaveText("Name or password is wrong.");
});

test("a token that is invented, damaged or signed out opens nothing", async ({ world }) => {
  const server = await world.server();
  const { name, password, token } = server.user("agent1");
  const session = await new Api(server, "").json("POST", "/sessions", { name, password });
  const mine = new Api(server, session.token);
  await mine.get("/me");
  expect((await mine.request("DELETE", "/sessions/current")).status).toBe(204);
  const tokens = [session.token, "", "x", "tdm_", "tdm_invented", `${token.slice(0, -1)}_`, token.toUpperCase(), "%00", "a".repeat(4_000), "null", "Bearer"];
  const wrong: string[] = [];
  for (const each of tokens) {
    const response = await new Api(server, each).request("GET", "/me");
    const fault = response.status === 401 ? await notAProblem(response) : `${response.status}`;
    if (fault) wrong.push(`${each.slice(0, 40)}: ${fault}`);
  }
  for (const value of ["Basic YWdlbnQxOng=", token, `Token ${token}`]) {
    const response = await fetch(`${server.url}/api/v1/me`, { headers: { authorization: value } });
    if (response.status !== 401) wrong.push(`${value.slice(0, 12)}: ${response.status}`);
  }
  expect(wrong).toEqual([]);
  await alive(server);
});

test("each role may do what its permissions say on every operation, and nobody's ids are not found", async ({ world }) => {
  const server = await world.server();
  const all = await operations(server);
  expect(all.length).toBeGreaterThan(45);
  const wrong: string[] = [];
  const refusedTo: Record<string, string[]> = {};
  for (const name of ["agent1", "supervisor", "admin"]) {
    const api = Api.as(server, name);
    const { permissions } = await api.get<{ permissions: string[] }>("/me");
    const refused: string[] = [];
    for (const operation of all) {
      if (["signOut", "signIn", "connect"].includes(operation.id)) continue;
      const { method, id, permission } = operation;
      const response = await api.request(method, filled(operation), operation.takesBody ? bodies[id]!() : undefined);
      const { status } = response;
      const fault = status >= 400 ? await notAProblem(response) : "";
      if (fault) wrong.push(`${name} ${id}: ${fault}`);
      if (status >= 500) wrong.push(`${name} ${id}: ${status}`);
      const allowed = permission === undefined || permissions.includes(permission);
      if (allowed === (status === 403)) wrong.push(`${name} ${id} (${permission}): ${status}`);
      if (status === 403) refused.push(id);
      if (allowed && operation.parameters.some((each) => each.in === "path") && status !== 404) wrong.push(`${name} ${id}: ${status}, not 404`);
    }
    refusedTo[name] = refused.sort();
  }
  // What the document says is also what we mean.
  const writes = ["add", "create_phone", "flows_update", "publish", "set_number"];
  const supervises = ["agents_list", "create_skill", "decisions", "flows_get", "flows_list", "queues_create", "queues_update", "set_skills", "validate"];
  const administers = [
    ...["erasePerson", "listAudit", "rotateKey", "showAudit"],
    ...["discardJob", "listJobs", "listNodes", "retryJob", "showJob"],
    ...["changeClient", "changeClientSecret", "createClient", "listClients", "removeClient", "showClient"],
    ...["changeWebhook", "changeWebhookSecret", "createWebhook", "listWebhooks", "pingWebhook", "removeWebhook", "replayWebhook", "showWebhook"],
    ...["createDivision", "removeDivision", "renameDivision"],
    ...["changeTrunk", "createTrunk", "explainNumber", "listTrunks", "removeTrunk"],
    ...["discardDelivery", "listDeliveries", "retryDelivery"],
    ...["invite", "inviteAgain", "listInvitations", "setEmailOf", "withdrawInvitation"],
    ...["changeIdentityProvider", "changeSignInSettings", "createIdentityProvider", "listIdentityProviders", "removeIdentityProvider"],
    ...["showIdentityProvider", "showSignInSettings", "testIdentityProvider"],
    ...["addToGroup", "changeGroup", "createGroup", "removeFromGroup", "removeGroup", "setRolesOfGroup"],
    ...["changeRole", "createRole", "deactivatePerson", "endSessionsOf", "listSessionsOf", "reactivatePerson", "removeRole", "resetSecondFactorOf", "setRolesOf"],
  ];
  expect.soft(refusedTo).toEqual({
    agent1: [...writes, ...supervises, ...administers].sort(),
    supervisor: [...writes, ...administers].sort(),
    admin: [],
  });
  expect(wrong).toEqual([]);
  await alive(server);
});

test("methods and paths that are not there are refused, not found or no server error", async ({ world }) => {
  const server = await world.server();
  const api = Api.as(server, "admin");
  const all = await operations(server);
  const wrong: string[] = [];
  for (const path of new Set(all.map((each) => each.path))) {
    const described = all.filter((each) => each.path === path);
    for (const method of ["GET", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "PROPFIND"]) {
      if (described.some((each) => each.method === method)) continue;
      const response = await api.request(method, filled(described[0]!));
      // `/agents/me` beside `/agents/{user}` and the like: a sibling may answer instead.
      if (response.status !== 405 || (await notAProblem(response))) wrong.push(`${method} ${path}: ${response.status}`);
    }
    if (!path.includes("{") || path.includes("{number}")) continue;
    for (const value of ["nothing", "%00", "..%2F..%2Fme", "0", "-1", "🦊", "%F0%9F", "00000000-0000-0000-0000-000000000000", "a".repeat(6_000)]) {
      for (const operation of described) {
        const response = await api.request(operation.method, filled(operation, () => value), operation.takesBody ? bodies[operation.id]!() : undefined);
        if (response.status !== 404 || (await notAProblem(response))) wrong.push(`${operation.method} ${path} with ${value.slice(0, 20)}: ${response.status}`);
      }
    }
  }
  for (const path of ["/nothing", "/calls/", "//calls", "/calls/..%2f..%2fme", "/CALLS"]) {
    const response = await api.request("GET", path);
    if (![400, 404].includes(response.status)) wrong.push(`GET ${path}: ${response.status}`);
  }
  expect(wrong).toEqual([]);
  await alive(server);
});

test("bodies that are malformed, unknown, deep, oversized or no JSON are refused everywhere", async ({ world }) => {
  test.setTimeout(120_000);
  const server = await world.server();
  const api = Api.as(server, "admin");
  const wrong: string[] = [];
  for (const operation of (await operations(server)).filter((each) => each.takesBody)) {
    const { id, method } = operation;
    const path = filled(operation);
    const good = bodies[id]!() as Record<string, unknown>;
    const deep = `${"[".repeat(20_000)}${"]".repeat(20_000)}`;
    const cases: [string, number[], string | Uint8Array<ArrayBuffer>, string?][] = [
      ["nothing", [400], ""],
      ["half", [400], JSON.stringify(good).slice(0, -1)],
      ["two", [400], `${JSON.stringify(good)}{}`],
      ["words", [400], "hello"],
      ["not UTF-8", [400], Uint8Array.from([0x7b, 0x22, 0xff, 0xfe, 0x22, 0x3a, 0x31, 0x7d])],
      ["deep", [400], deep],
      ["deep inside", [400, 422], `{"x":${deep}}`],
      ["a list", [422], "[]"],
      ["null", [422], "null"],
      ["a number", [422], "1e400"],
      ["unknown field", [422], JSON.stringify({ ...good, colour: "red" })],
      ["a field twice", [422], JSON.stringify(good).replace("{", `{${JSON.stringify(Object.keys(good)[0])}:${JSON.stringify(Object.values(good)[0])},`)],
      ["fields of another type", [422], JSON.stringify(Object.fromEntries(Object.keys(good).map((key) => [key, { no: 1 }])))],
      ["oversized", [413], JSON.stringify({ ...good, filler: "x".repeat(1 << 20) })],
      ["no JSON", [415], "name=agent1", "application/x-www-form-urlencoded"],
    ];
    for (const [what, expected, body, type] of cases) {
      if (what === "a number") expected.push(400);
      const response = await raw(api, method, path, body, type);
      const text = await response.clone().text();
      const fault = await notAProblem(response);
      if (!expected.includes(response.status) || fault) wrong.push(`${id}, ${what}: ${response.status} ${fault || text.slice(0, 160)}`);
      else if (what === "unknown field" && !JSON.parse(text).errors?.some((each: any) => each.field.includes("colour"))) {
        wrong.push(`${id}, ${what}: not named in ${text}`);
      }
    }
  }
  expect(wrong).toEqual([]);
  await alive(server);
});

test("queries that make no sense are refused with the field's name", async ({ world }) => {
  const server = await world.server();
  const api = Api.as(server, "admin");
  const wrong: string[] = [];
  const chat = await api.json("POST", "/chats", { kind: "group", members: [], title: "Alone" }).catch(() => undefined);
  for (const operation of (await operations(server)).filter((each) => each.method === "GET")) {
    for (const { name, schema } of operation.parameters.filter((each) => each.in === "query")) {
      const values = name === "limit" ? ["0", "-1", "201", "4294967296", "many", ""] : name === "cursor" ? ["nonsense", "%00", "a".repeat(3_000)] : schema.type === "boolean" || schema.type === "integer" ? ["perhaps"] : [];
      if (name === "queue") values.push("nonsense");
      if (name === "query") values.push("x".repeat(121));
      if (name === "after" && operation.id === "listEvents") values.push("nonsense");
      for (const value of values) {
        if (operation.path.includes("{chat}") && !chat) continue;
        const path = filled(operation, () => chat?.id ?? nobody());
        const response = await api.request("GET", `${path}?${name}=${value}`);
        const text = await response.clone().text();
        const fault = await notAProblem(response);
        if (response.status !== 422 || fault) wrong.push(`${operation.id}?${name}=${value.slice(0, 20)}: ${response.status} ${fault && text.slice(0, 80)}`);
        else if (!JSON.parse(text).errors?.some((each: any) => each.field === name)) wrong.push(`${operation.id}?${name}=${value.slice(0, 20)}: not named: ${text}`);
      }
    }
  }
  // Signs that mean something to a database mean nothing here.
  for (const text of ["%", "_", "'", "';DROP TABLE users;--", "\\", "\0", "%%%", "*", "\"", "🦊", "\u202e"]) {
    const response = await api.request("GET", `/people?query=${encodeURIComponent(text)}`);
    const found = response.ok ? (await response.json()).items.length : 0;
    if (response.status >= 500 || found > 0) wrong.push(`people?query=${JSON.stringify(text)}: ${response.status}, ${found} found`);
  }
  expect(wrong).toEqual([]);
  await alive(server);
});

test("ids of nobody inside bodies are refused", async ({ world }) => {
  const server = await world.server();
  const admin = Api.as(server, "admin");
  const me = (await admin.get("/me")).user.id;
  const queue = server.demo.queues[0]!;
  const settings = await admin.get(`/queues/${queue.id}`);
  const asked: [string, string, string, unknown][] = [
    ["chat with nobody", "POST", "/chats", { kind: "direct", members: [nobody()] }],
    ["group with nobody", "POST", "/chats", { kind: "group", members: [nobody()], title: "x" }],
    ["queue of nobody", "POST", "/queues", { name: "Q", members: [{ user: nobody() }] }],
    ["queue with no skill", "POST", "/queues", { name: "Q", members: [], skills: [{ skill: nobody(), level: 1 }] }],
    ["queue changed to nobody", "PUT", `/queues/${queue.id}`, { name: settings.name, members: [{ user: nobody() }] }],
    ["no skill", "PUT", `/agents/${me}/skills`, { skills: [{ skill: nobody(), level: 1 }] }],
    ["phone of nobody", "POST", "/phones", { user: nobody(), auth_user: "4711" }],
    ["number to nobody", "PUT", "/numbers/%2B15550198", { kind: "user", user: nobody() }],
    ["number to no flow", "PUT", "/numbers/%2B15550197", { kind: "flow", flow: nobody() }],
    ["role nobody has", "PUT", `/people/${me}/roles`, { roles: ["nobody-has-this"] }],
    ["person with a role nobody has", "POST", "/people", { name: "newcomer", display_name: "New", roles: ["nobody-has-this"], password: "long enough 1" }],
    ["call from no device", "POST", "/calls", { device: nobody(), to: { kind: "number", number: "1001" } }],
  ];
  const wrong: string[] = [];
  for (const [what, method, path, body] of asked) {
    const response = await admin.request(method, path, body);
    const text = await response.clone().text();
    if (![404, 409, 422].includes(response.status) || (await notAProblem(response))) wrong.push(`${what}: ${response.status} ${text.slice(0, 120)}`);
  }
  expect(wrong).toEqual([]);
  expect((await admin.get(`/queues/${queue.id}`)).members).toEqual(settings.members);
});

test("values at and over their bounds", async ({ world }) => {
  const server = await world.server();
  const admin = Api.as(server, "admin");
  const agent = Api.as(server, "agent1");
  const other = (await Api.as(server, "agent2").get("/me")).user.id;
  const chat = await agent.json("POST", "/chats", { kind: "direct", members: [other] });
  const status = async (api: Api, method: string, path: string, body: unknown) => (await api.request(method, path, body)).status;
  const say = (text: string) => status(agent, "POST", `/chats/${chat.id}/messages`, { client_id: nobody(), text });
  expect(await say("x".repeat(16_000))).toBe(201);
  expect(await say("🦊".repeat(16_000))).toBe(201);
  expect(await say("x".repeat(16_001))).toBe(422);
  expect(await say("")).toBe(422);
  // A chat is its members' only: not even an admin sees it.
  for (const api of [admin, Api.as(server, "supervisor")]) {
    expect((await api.request("GET", `/chats/${chat.id}`)).status).toBe(404);
    expect((await api.request("GET", `/chats/${chat.id}/messages`)).status).toBe(404);
    expect(await status(api, "POST", `/chats/${chat.id}/messages`, { client_id: nobody(), text: "hello" })).toBe(404);
  }
  // Nor does the other member change what one wrote.
  const [message] = (await agent.get(`/chats/${chat.id}/messages`)).items;
  const bea = Api.as(server, "agent2");
  expect([403, 404]).toContain(await status(bea, "PATCH", `/chats/${chat.id}/messages/${message.id}`, { text: "mine" }));
  expect([403, 404]).toContain((await bea.request("DELETE", `/chats/${chat.id}/messages/${message.id}`)).status);

  const person = { name: "carla", display_name: "Carla", roles: ["agent"], password: "long enough 1" };
  const faults: [string, object][] = [
    ["name with space", { name: "car la" }],
    ["name of 129", { name: "c".repeat(129) }],
    ["empty name", { name: "" }],
    ["no display name", { display_name: "" }],
    ["display name of 5 000", { display_name: "x".repeat(5_000) }],
    ["short password", { password: "short" }],
    ["extension of letters", { extension: "12a" }],
    ["NUL", { display_name: "a\0b" }],
    ["unknown role", { roles: ["emperor"] }],
  ];
  const wrong: string[] = [];
  for (const [what, change] of faults) {
    const got = await status(admin, "POST", "/people", { ...person, ...change });
    if (got !== 422) wrong.push(`${what}: ${got}`);
  }
  if ((await status(admin, "POST", "/people", { ...person, name: "agent1" })) !== 409) wrong.push("a taken name is no conflict");
  if ((await status(admin, "POST", "/people", { ...person, extension: "1001" })) !== 409) wrong.push("a taken extension is no conflict");
  const queue: [string, object][] = [
    ["alert of 4 s", { alert_seconds: 4 }],
    ["alert of 121 s", { alert_seconds: 121 }],
    ["negative", { target_seconds: -1 }],
    ["huge", { target_seconds: 1e15 }],
    ["no name", { name: " " }],
    ["long name", { name: "q".repeat(121) }],
    ["level 6", { skills: [{ skill: nobody(), level: 6 }] }],
  ];
  for (const [what, change] of queue) {
    const got = await status(admin, "POST", "/queues", { name: "Queue", members: [], ...change });
    if (got !== 422) wrong.push(`queue, ${what}: ${got}`);
  }
  for (const number of ["abc", "15550100", "%2B1", "%2B1234567890123456", "%00"]) {
    const got = await status(admin, "PUT", `/numbers/${number}`, { kind: "user", user: other });
    if (got !== 422) wrong.push(`number ${number}: ${got}`);
  }
  for (const text of ["", "x", "[", "name = 1", `name = "${"x".repeat(300_000)}"`]) {
    const got = await admin.request("POST", "/flows", { text });
    if (got.status !== 422 && !(text.length > 1_000 && got.status === 413)) wrong.push(`flow ${text.slice(0, 12)}: ${got.status}`);
  }
  expect(wrong).toEqual([]);
  await alive(server);
});

test("what is not HTTP disturbs nobody", async ({ world }) => {
  const server = await world.server();
  const { hostname, port } = new URL(server.url);
  const say = (bytes: Buffer | string): Promise<string> =>
    new Promise((resolve) => {
      let answer = "";
      const socket = connect(Number(port), hostname, () => socket.write(bytes));
      socket.setTimeout(3_000, () => socket.destroy());
      socket.on("error", () => {});
      socket.on("data", (chunk) => {
        answer += chunk.toString("latin1");
        socket.end();
      });
      socket.once("close", () => resolve(answer.split("\r\n")[0]!));
    });
  const host = "Host: localhost\r\n";
  expect(await say("nonsense\r\n\r\n")).toMatch(/^(HTTP\/1\.[01] 4|$)/);
  expect(await say(Buffer.from([0x16, 0x03, 0x01, 0x02, 0x00, 0x01, 0x00, 0x01, 0xfc, 0x03, 0x03]))).toMatch(/^(HTTP\/1\.[01] 4|$)/);
  expect(await say(`GET / HTTP/1.1\r\n${host}X: ${"x".repeat(2_000_000)}\r\n\r\n`)).toMatch(/^(HTTP\/1\.[01] 4|$)/);
  expect(await say(`GET /${"x".repeat(100_000)} HTTP/1.1\r\n${host}\r\n`)).toMatch(/^(HTTP\/1\.[01] 4|$)/);
  expect(await say(`POST /api/v1/sessions HTTP/1.1\r\n${host}Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n`)).toMatch(/^HTTP\/1\.[01] 4/);
  expect(await say(`POST /api/v1/sessions HTTP/1.1\r\n${host}Content-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n`)).toMatch(/^(HTTP\/1\.[01] 4|$)/);
  await alive(server);
});

interface Frame {
  type: string;
  id: number;
  data: any;
}

class Socket {
  readonly frames: Frame[] = [];
  readonly closed: Promise<number>;
  readonly #waiting = new Set<() => void>();

  private constructor(readonly socket: WebSocket) {
    socket.on("error", () => {});
    socket.on("message", (text) => {
      this.frames.push(JSON.parse(text.toString()));
      for (const wake of this.#waiting) wake();
    });
    this.closed = new Promise((resolve) => socket.once("close", (code) => resolve(code)));
  }

  static async open(server: Server): Promise<Socket> {
    const socket = new Socket(new WebSocket(`${server.url.replace("http", "ws")}/api/v1/ws`));
    await new Promise((resolve, reject) => {
      socket.socket.once("open", resolve);
      socket.socket.once("error", reject);
    });
    return socket;
  }

  static async authenticated(server: Server, name: string): Promise<Socket> {
    const socket = await Socket.open(server);
    const reply = await socket.ask({ id: 1, type: "authenticate", data: { token: server.user(name).token, device: nobody() } });
    expect(reply.type).toBe("reply");
    return socket;
  }

  async ask(frame: object | string | Buffer): Promise<Frame> {
    const seen = this.frames.length;
    this.socket.send(typeof frame === "string" || Buffer.isBuffer(frame) ? frame : JSON.stringify(frame));
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => reject(new Error(`no answer to ${JSON.stringify(frame).slice(0, 200)}`)), 5_000);
      const look = () => {
        const found = this.frames.slice(seen).find((each) => each.type === "reply" || each.type === "error");
        if (!found) return;
        clearTimeout(timer);
        this.#waiting.delete(look);
        resolve(found);
      };
      this.#waiting.add(look);
      look();
    });
  }
}

test("a socket that does not authenticate first is refused and closed", async ({ world }) => {
  const server = await world.server();
  const device = nobody();
  const first: (object | string)[] = [
    { id: 7, type: "subscribe", data: {} },
    { id: 7, type: "heartbeat", data: { active: true } },
    { id: 7, type: "rtc.offer", data: { sdp: "v=0" } },
    { id: 7, type: "authenticate", data: { token: "tdm_invented", device } },
    { id: 7, type: "authenticate", data: { token: "", device } },
  ];
  for (const frame of first) {
    const socket = await Socket.open(server);
    const answer = await socket.ask(frame);
    expect.soft(answer, JSON.stringify(frame)).toMatchObject({ type: "error", id: 7, data: { status: 401 } });
    expect.soft(await socket.closed, JSON.stringify(frame)).toBe(4401);
  }
  // What cannot be read is answered, and one may still authenticate.
  const socket = await Socket.open(server);
  for (const text of ["hello", "{", "[]", "{}", '{"type":"dance"}', '{"type":"authenticate"}', '{"type":"authenticate","data":{"token":"x","device":"y"}}', `${"[".repeat(90_000)}`]) {
    const answer = await socket.ask(text);
    expect.soft(answer.type, text.slice(0, 60)).toBe("error");
    expect.soft([400, 422], text.slice(0, 60)).toContain(answer.data.status);
  }
  const ok = await socket.ask({ id: 9, type: "authenticate", data: { token: server.user("agent1").token, device } });
  expect(ok).toMatchObject({ type: "reply", id: 9 });
  socket.socket.close();
  // Not a handshake at all, or another site's page.
  expect((await fetch(`${server.url}/api/v1/ws`)).status).toBe(426);
  const foreign = new WebSocket(`${server.url.replace("http", "ws")}/api/v1/ws`, { origin: "https://evil.example" });
  const status = await new Promise((resolve) => {
    foreign.once("unexpected-response", (_, response) => resolve(response.statusCode));
    foreign.once("open", () => resolve("open"));
    foreign.once("error", () => {});
  });
  expect(status).toBe(403);
  await alive(server);
});

test("frames that are wrong are answered with what is wrong; oversized ones and floods end their own socket only", async ({ world }) => {
  const server = await world.server();
  const bystander = await Socket.authenticated(server, "agent2");
  const socket = await Socket.authenticated(server, "agent1");
  const other = (await Api.as(server, "agent2").get("/me")).user.id;
  const wrong: string[] = [];
  const cases: [object | string | Buffer, number[]][] = [
    ["not JSON", [400]],
    [Buffer.from([1, 2, 3, 255]), [415]],
    [{ id: 3, type: "dance", data: {} }, [422]],
    [{ id: 3, type: "heartbeat" }, [422]],
    [{ id: 3, type: "heartbeat", data: { active: "yes" } }, [422]],
    [{ id: 3, type: "heartbeat", data: { active: true, colour: "red" } }, [422]],
    [{ id: 3, type: "authenticate", data: { token: server.user("agent1").token, device: nobody() } }, [409]],
    [{ id: 3, type: "subscribe", data: { topics: "all" } }, [422]],
    [{ id: 3, type: "subscribe", data: { after: "nonsense" } }, [422]],
    [{ id: 3, type: "rtc.offer", data: { sdp: "nonsense", tracks: [] } }, [400, 422]],
    [{ id: 3, type: "rtc.offer", data: { sdp: "", tracks: [] } }, [400, 422]],
    [{ id: 3, type: "rtc.offer", data: { sdp: "x".repeat(33 * 1024), tracks: [] } }, [413]],
    [{ id: 3, type: "rtc.offer", data: { sdp: "v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns=-\r\nt=0 0\r\n", tracks: [{ mid: "0", purpose: "primary" }] } }, [400, 422]],
    [{ id: 3, type: "rtc.layer", data: { track: nobody(), height: 720 } }, [404, 409, 422]],
    [{ id: 3, type: "rtc.layer", data: { track: nobody(), height: -1 } }, [422]],
    [{ id: -1, type: "heartbeat", data: { active: true } }, [422]],
    [{ id: "three", type: "heartbeat", data: { active: true } }, [422]],
  ];
  for (const [frame, statuses] of cases) {
    const name = JSON.stringify(frame).slice(0, 130);
    const answer = await socket.ask(frame).catch((error) => error);
    if (answer.type !== "error" || !statuses.includes(answer.data?.status)) wrong.push(`${name}: ${JSON.stringify(answer).slice(0, 160)}`);
    else if ((frame as Frame).id === 3 && answer.id !== 3) wrong.push(`${name}: answered as ${answer.id}`);
  }
  expect.soft(wrong).toEqual([]);
  // Topics that are not one's own are not given.
  const foreign = [`user:${other}`, `org:${nobody()}`, `supervisors:${nobody()}`, "nonsense", ""];
  expect.soft(await socket.ask({ id: 6, type: "subscribe", data: { topics: foreign } })).toMatchObject({ type: "reply", data: { topics: [] } });
  expect(await socket.ask({ id: 4, type: "heartbeat", data: { active: true } })).toMatchObject({ type: "reply", id: 4 });

  const large = await Socket.authenticated(server, "supervisor");
  large.socket.send("x".repeat(256 * 1024 + 1));
  expect(await large.closed).toBe(1009);
  const flood = await Socket.authenticated(server, "admin");
  for (let n = 0; n < 2_500; n++) {
    flood.socket.send(`{"id":${n},"type":"heartbeat","data":{"active":true}}`);
    // It reads the answers: not doing so is another way to be closed.
    while (n % 100 === 99 && flood.socket.readyState === WebSocket.OPEN && flood.frames.length < n) await new Promise((resolve) => setTimeout(resolve, 1));
  }
  expect(await flood.closed).toBe(1008);
  expect(flood.frames.some((each) => each.data?.status === 429)).toBe(true);
  // Nobody else noticed.
  expect(await bystander.ask({ id: 5, type: "heartbeat", data: { active: true } })).toMatchObject({ type: "reply", id: 5 });
  bystander.socket.close();
  socket.socket.close();
  await alive(server);
});

test("a server that cannot start says why in one line", async () => {
  const folder = mkdtempSync(join(tmpdir(), "tandem-start-"));
  const binary = process.env.TANDEM_BIN ?? join(import.meta.dirname, "../../../target/debug/tandem");
  const free = ["--http", "--admin", "--sip", "--media"];
  const start = (args: string[]): Promise<{ code: number | null; text: string }> =>
    new Promise((resolve) => {
      const addresses = free.filter((flag) => !args.includes(flag)).flatMap((flag) => [flag, "127.0.0.1:0"]);
      const child = spawn(binary, ["serve", "--rtp-ports", "0", "--log", "off", ...addresses, ...args], { cwd: folder, stdio: ["ignore", "pipe", "pipe"] });
      let text = "";
      child.stderr.on("data", (chunk) => (text += chunk));
      const late = setTimeout(() => child.kill("SIGKILL"), 20_000);
      child.once("close", (code) => {
        clearTimeout(late);
        resolve({ code, text });
      });
    });
  const says = async (what: RegExp, args: string[]) => {
    const { code, text } = await start(args);
    expect.soft(code, `${args.join(" ")}: ${text}`).toBeGreaterThan(0);
    expect.soft(text, args.join(" ")).toMatch(what);
    expect.soft(text.trimEnd().split("\n"), args.join(" ")).toHaveLength(1);
  };
  writeFileSync(join(folder, "file"), "");
  await says(/^tandem: .*file/, ["--data", "file"]);
  await says(/^tandem: .*file\/data/, ["--data", "file/data"]);
  await says(/^tandem: .*\/proc\/data/, ["--data", "/proc/data"]);
  // A configuration whose writing was interrupted, at any place.
  const whole = 'demo = true\nhttp = "127.0.0.1:0"\nrtp_ports = "40000-40010"\n';
  for (const length of [3, 8, 20, 36]) {
    writeFileSync(join(folder, "half.toml"), whole.slice(0, length));
    await says(/^tandem: .*half\.toml:\d/, ["--config", "half.toml"]);
  }
  writeFileSync(join(folder, "noise.toml"), Buffer.from([0xff, 0xfe, 0x00, 0x31]));
  await says(/^tandem: .*noise\.toml/, ["--config", "noise.toml"]);
  await says(/^tandem: /, ["--config", folder]);
  // A database that is none.
  mkdirSync(join(folder, "damaged"));
  writeFileSync(join(folder, "damaged", "tandem.db"), "this is no database, and long enough to be looked at as one ".repeat(50));
  await says(/^tandem: .*(database|tandem\.db|store)/, ["--data", "damaged"]);
  // The media port, which is UDP.
  const taken = createSocket("udp4");
  await new Promise<void>((resolve) => taken.bind(0, "127.0.0.1", resolve));
  const address = `127.0.0.1:${taken.address().port}`;
  await says(/^tandem: .*--media.*/, ["--data", "media", "--media", address]);
  await says(/^tandem: .*--sip.*/, ["--data", "sip", "--sip", address]);
  taken.close();
  rmSync(folder, { recursive: true, force: true });
});
