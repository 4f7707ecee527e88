// Two organisations of one Tandem: what one has, the other neither sees nor changes, and cannot tell from what nobody has.
import { readdirSync } from "node:fs";
import { join } from "node:path";
import { Api, until } from "../parts/api.ts";
import { type Operation, bodies, nobody, operations } from "../parts/operations.ts";
import type { Server } from "../parts/server.ts";
import { type Tenant, type Things, Listening, Told, asProgram, authorization, exchange, fill } from "../parts/tenants.ts";
import { expect, test, type World } from "../parts/world.ts";

const UUID = /[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}/g;

/** What nobody has, of the kind a parameter of this name is. */
const nobodys = (name: string): string => (name === "role" ? `role-${nobody()}` : name === "event" ? "0-1" : nobody());

/** What `ask` does with an id of the other organisation, in the field of the request's body that this is the key's second part. */
interface Naming {
  /** Whose id it is. */
  thing: keyof Things;
  ask: (own: Tenant, id: string) => Promise<Response>;
  /** It is the caller's own number, not a thing's: any does. */
  free?: true;
  /** Anybody may ask, signed in or not: who signs in is of no organisation yet. So it is asked the same without a token. */
  open?: (server: Server, id: string) => Promise<Response>;
}

const put = (path: (own: Tenant) => string, body: (id: string, own: Tenant) => unknown) => (own: Tenant, id: string) => own.admin.request("PUT", path(own), body(id, own));
const post = (path: (own: Tenant) => string, body: (id: string, own: Tenant) => unknown) => (own: Tenant, id: string) => own.admin.request("POST", path(own), body(id, own));
const form = (path: string, fields: (id: string) => Record<string, string>) => (own: Tenant, id: string) => asProgram(own.admin.server, own.things, path, fields(id));
const within = (method: string, path: string, body?: (own: Tenant) => unknown) => (own: Tenant, division: string) => own.admin.request(method, `${path}?division=${division}`, body?.(own));
const settings = (own: Tenant, more: object) => ({ name: `Queue of ${own.name}`, members: [], ...more });

/** Where bodies and queries name ids, by operation and field. The document says which there must be; those after the line are no UUIDs, or only some are. */
const namings: Record<string, Naming> = {
  "set_skills skills[].skill": { thing: "skill", ask: put((own) => `/agents/${own.things.user}/skills`, (skill) => ({ skills: [{ skill, level: 1 }] })) },
  "calls_create device": { thing: "device", ask: post(() => "/calls", (device, own) => ({ device, to: { kind: "user", user: own.things.user } })) },
  "calls_create to.user": { thing: "user", ask: (own, user) => own.person.request("POST", "/calls", { device: own.things.device, to: { kind: "user", user } }) },
  "answer device": { thing: "device", ask: (own, device) => own.person.request("POST", `/calls/${own.things.call}/answer`, { device }) },
  "chats_create members[]": { thing: "user", ask: post(() => "/chats", (user) => ({ kind: "group", title: "x", members: [user] })) },
  "post client_id": { thing: "client_id", free: true, ask: (own, client_id) => own.person.request("POST", `/chats/${own.things.chat}/messages`, { client_id, text: "hello" }) },
  // No caller of theirs ever waited, so this is refused before the code is looked at: `engage/tests` has codes nobody has.
  "wrap_up code": { thing: "code", ask: post((own) => `/conversations/${own.things.conversation}/wrap-up`, (code) => ({ code })) },
  "conversations_list queue": { thing: "queue", ask: (own, queue) => own.admin.request("GET", `/conversations?queue=${queue}`) },
  "set_number flow": { thing: "flow", ask: put((own) => `/numbers/${encodeURIComponent(own.things.number)}`, (flow) => ({ kind: "flow", flow })) },
  "set_number user": { thing: "user", ask: put((own) => `/numbers/${encodeURIComponent(own.things.number)}`, (user) => ({ kind: "user", user })) },
  "create_phone user": { thing: "user", ask: post(() => "/phones", (user) => ({ user, auth_user: "foreign" })) },
  "explainNumber user": { thing: "user", ask: (own, user) => own.admin.request("GET", `/dial-plan?dialled=1001&user=${user}`) },
  "queues_create members[].user": { thing: "user", ask: post(() => "/queues", (user) => ({ name: "Foreign", members: [{ user }] })) },
  "queues_create skills[].skill": { thing: "skill", ask: post(() => "/queues", (skill) => ({ name: "Foreign", members: [], skills: [{ skill, level: 1 }] })) },
  "queues_update members[].user": { thing: "user", ask: put((own) => `/queues/${own.things.queue}`, (user, own) => settings(own, { members: [{ user }] })) },
  "queues_update skills[].skill": { thing: "skill", ask: put((own) => `/queues/${own.things.queue}`, (skill, own) => settings(own, { skills: [{ skill, level: 1 }] })) },
  "add division": { thing: "division", ask: within("POST", "/people", () => ({ name: "newcomer", display_name: "New", roles: ["agent"], password: "long enough 1" })) },
  "create_phone division": { thing: "division", ask: within("POST", "/phones", (own) => ({ user: own.things.user, auth_user: "foreign" })) },
  "publish division": { thing: "division", ask: within("POST", "/flows", () => ({ text: "" })) },
  "queues_create division": { thing: "division", ask: within("POST", "/queues", () => ({ name: "Foreign", members: [] })) },
  "set_number division": { thing: "division", ask: within("PUT", "/numbers/%2B15550188", (own) => ({ kind: "flow", flow: own.things.flow })) },
  "agents_list division": { thing: "division", ask: within("GET", "/agents") },
  "flows_list division": { thing: "division", ask: within("GET", "/flows") },
  "numbers division": { thing: "division", ask: within("GET", "/numbers") },
  "people_list division": { thing: "division", ask: within("GET", "/people") },
  "phones division": { thing: "division", ask: within("GET", "/phones") },
  "queues_list division": { thing: "division", ask: within("GET", "/queues") },
  "stats division": { thing: "division", ask: within("GET", "/queues/stats") },
  "removeDivision move_to": { thing: "division", ask: (own, division) => own.admin.request("DELETE", `/divisions/${own.things.division}?move_to=${division}`) },
  "setRolesOf grants[].divisions[]": { thing: "division", ask: put((own) => `/people/${own.things.user}/roles`, (division) => ({ roles: [], grants: [{ role: "agent", divisions: [division] }] })) },
  "offerProviderSignIn provider": {
    thing: "provider",
    ask: post(() => "/sessions/provider/offer", (provider) => ({ provider })),
    open: (server, provider) => new Api(server, "").request("POST", "/sessions/provider/offer", { provider }),
  },
  "signInWithProvider org": { thing: "id", ask: post(() => "/sessions/provider", (org) => ({ ceremony: "none", org, state: "none", code: "none" })) },
  // ──
  "chats_create members[], direct": { thing: "user", ask: post(() => "/chats", (user) => ({ kind: "direct", members: [user] })) },
  "add roles[]": { thing: "role", ask: post(() => "/people", (role) => ({ name: "newcomer", display_name: "New", roles: [role], password: "long enough 1" })) },
  "moveToDivision things[]": { thing: "queue", ask: post((own) => `/divisions/${own.things.division}/things`, (queue) => ({ kind: "queue", things: [queue] })) },
  "invite roles[]": { thing: "role", ask: post(() => "/invitations", (role) => ({ email: "new@acme.example", name: "newcomer", display_name: "New", roles: [role] })) },
  "setRolesOf roles[]": { thing: "role", ask: put((own) => `/people/${own.things.user}/roles`, (role) => ({ roles: [role] })) },
  "setRolesOfGroup roles[]": { thing: "role", ask: put((own) => `/groups/${own.things.group}/roles`, (role) => ({ roles: [role] })) },
  "createClient roles[]": {
    thing: "role",
    ask: post(() => "/oauth/clients", (role) => ({ name: "X", confidential: true, redirect_uris: [], grant_types: ["client_credentials"], scopes: [], roles: [role] })),
  },
  "publish text": { thing: "queue", ask: post(() => "/flows", (id) => ({ text: `schema = 1\nname = "F"\nstart = "a"\n[nodes.a]\ntype = "queue"\nqueue = "${id}"\nmusic = ["music"]\n` })) },
  "listEvents topics": { thing: "chat", ask: (own, id) => own.admin.request("GET", `/events?topics=chat:${id}&kinds=none`) },
  "showAuthorization client_id": { thing: "client", ask: (own, id) => own.admin.request("GET", `/oauth/authorize?${new URLSearchParams(authorization(id))}`) },
  "decideAuthorization request.client_id": { thing: "client", ask: post(() => "/oauth/authorize", (id) => ({ allow: true, request: authorization(id) })) },
  "showDevice user_code": { thing: "user_code", ask: post(() => "/oauth/device/lookup", (user_code) => ({ user_code })) },
  "decideDevice user_code": { thing: "user_code", ask: post(() => "/oauth/device", (user_code) => ({ user_code, allow: true })) },
  "getToken code": { thing: "authorization", ask: form("/oauth/token", exchange) },
  "getToken refresh_token": { thing: "refresh_token", ask: form("/oauth/token", (refresh_token) => ({ grant_type: "refresh_token", refresh_token })) },
  "getToken device_code": { thing: "device_code", ask: form("/oauth/token", (device_code) => ({ grant_type: "urn:ietf:params:oauth:grant-type:device_code", device_code })) },
  "revokeToken token": { thing: "refresh_token", ask: form("/oauth/revoke", (token) => ({ token })) },
  "revokeToken token, of access": { thing: "access_token", ask: form("/oauth/revoke", (token) => ({ token })) },
};

/** Of the same form as `id`, and nobody's. */
function like(thing: keyof Things, id: string): string {
  if (thing === "role") return nobodys("role");
  if (thing === "user_code") return "BBBB-BBBB";
  if (/^[0-9a-f-]{36}$/.test(id)) return nobody();
  // A code or token: another one of the same length.
  return id.slice(0, 4) + [...id.slice(4)].reverse().join("");
}

/** Places of bodies and queries at which the document has a UUID, as `operation field`. */
function places(document: any): string[] {
  const found: string[] = [];
  const look = (schema: any, at: string, note: (at: string) => void, depth = 0): void => {
    if (!schema || depth > 12) return;
    if (schema.$ref) return look(document.components.schemas[schema.$ref.split("/").at(-1)], at, note, depth + 1);
    if (schema.format === "uuid") note(at);
    for (const each of [...(schema.oneOf ?? []), ...(schema.anyOf ?? []), ...(schema.allOf ?? [])]) look(each, at, note, depth + 1);
    for (const [name, each] of Object.entries(schema.properties ?? {})) look(each, at ? `${at}.${name}` : name, note, depth + 1);
    look(schema.items, `${at}[]`, note, depth + 1);
  };
  for (const item of Object.values<any>(document.paths)) {
    for (const operation of Object.values<any>(item)) {
      const note = (at: string) => found.push(`${operation.operationId} ${at}`);
      for (const content of Object.values<any>(operation.requestBody?.content ?? {})) look(content.schema, "", note);
      for (const parameter of operation.parameters ?? []) if (parameter.in === "query") look(parameter.schema, parameter.name, note);
    }
  }
  return [...new Set(found)].sort();
}

/** An answer without what is different each time, and without the id that was asked for. */
async function said(response: Response, ...asked: string[]): Promise<string> {
  const headers: string[] = [];
  response.headers.forEach((value, name) => ["date", "x-request-id", "content-length", "ratelimit", "ratelimit-policy"].includes(name) || headers.push(`${name}: ${value}`));
  let text = JSON.stringify({ status: response.status, headers, body: (await response.text()).replaceAll(/urn:uuid:[0-9a-f-]{36}/g, "«request»") });
  for (const id of asked) text = text.replaceAll(id, "«asked»").replaceAll(encodeURIComponent(id), "«asked»");
  return text;
}

const filled = (operation: Operation, values: (name: string) => string) => operation.path.replaceAll(/\{(\w+)\}/g, (_, name) => encodeURIComponent(values(name)));

/** Two of them: `ours`, whose things are asked for, and `theirs`, who ask. */
async function two(world: World, server: Server) {
  const made = await server.operate(["org", "create", "Globex", "--login", "admin"]);
  const [, password] = /password +(\S+)/.exec(made)!;
  const signIn = async (name: string, password: string) => new Api(server, (await new Api(server, "").json("POST", "/sessions", { org: "Globex", name, password })).token);
  const boss = await signIn("admin", password!);
  const me = await boss.get("/me");
  const add = (name: string) => boss.json("POST", "/people", { name, display_name: name, roles: ["admin"], password: "long enough 1" });
  await add("hank");
  const hank = await signIn("hank", "long enough 1");
  const open: { close: () => void }[] = [];
  const keep = <T extends { close: () => void }>(it: T): T => (open.push(it), it);

  // They listen to whatever they may before ours do anything.
  const told = keep(await Told.start());
  await boss.json("POST", "/webhooks", { name: "all", url: told.url });
  const listening = [keep(await Listening.start(server, boss.token)), keep(await Listening.start(server, hank.token))];
  const theirs = await fill(server, {
    name: "globex", org: me.org.id, admin: boss, person: hank, other: me.user.id, device: listening[1]!.device, number: "+15550177", flow: undefined,
    call: async () => {
      const call = await hank.json("POST", "/calls", { device: listening[1]!.device, to: { kind: "user", user: me.user.id } });
      return { call: call.id, conversation: nobody() };
    },
  });

  const [admin, amir] = [Api.as(server, "admin"), Api.as(server, "agent1")];
  const ear = keep(await Listening.start(server, amir.token));
  const ours = await fill(server, {
    name: "demo", org: (await admin.get("/me")).org.id, admin, person: amir, other: (await Api.as(server, "agent2").get("/me")).user.id, device: ear.device, number: server.demo.numbers[0]!,
    flow: (await admin.get("/flows")).items[0].id,
    call: async () => {
      const caller = await world.caller(server);
      caller.dial(`sip:${server.demo.numbers[0]}@${server.sip}`);
      const page = await until("a caller waits", () => admin.get("/conversations?active=true"), (page) => page.items[0]?.state === "queued", 40);
      return { call: page.items[0].call, conversation: page.items[0].id };
    },
  });
  return { ours, theirs, listening, told, ear, close: () => open.forEach((each) => each.close()) };
}

/** Everything ours can be shown of themselves, by who looks and what at. */
async function seen(all: Operation[], { admin, person, things }: Tenant): Promise<Record<string, string>> {
  // The newest numbers of a queue and why a caller still waits are of the moment, and nodes are nobody's. The log is looked at by itself.
  const passing = ["stats", "decisions", "listNodes", "listEvents", "connect", "showAuthorization"];
  const kept: Record<string, string> = {};
  for (const operation of all.filter((each) => each.method === "GET" && !passing.includes(each.id))) {
    for (const [who, api] of [["admin", admin], ["person", person]] as const) {
      const response = await api.request("GET", filled(operation, (name) => things[name as keyof Things]));
      if (response.ok) kept[`${who} ${operation.id}`] = await response.text();
    }
  }
  return kept;
}

/** The log from `after` on, as far as `api` may see it. */
async function log(api: Api, after?: string): Promise<{ events: any[]; next: string }> {
  const events: any[] = [];
  for (let next = after; ; ) {
    const page = await api.get(`/events?limit=200${next ? `&after=${next}` : ""}`);
    events.push(...page.items);
    if (page.items.length < 200) return { events, next: page.next };
    next = page.next;
  }
}

test("what another organisation has is not found, whatever is asked of it, and stays as it was", async ({ world }) => {
  test.setTimeout(240_000);
  const server = await world.server();
  const { ours, theirs, close } = await two(world, server);
  const document: any = await theirs.admin.get("/openapi.json");
  const all = await operations(server);
  const wrong: string[] = [];
  const before = await seen(all, ours);
  const { next } = await log(ours.admin);

  // In the path.
  let asked = 0;
  for (const operation of all) {
    const names = operation.parameters.filter((each) => each.in === "path").map((each) => each.name);
    if (names.length === 0) continue;
    const unknown = names.filter((name) => !(name in ours.things));
    expect(unknown, `${operation.id}: say in parts/tenants.ts what an organisation has of these`).toEqual([]);
    expect(!operation.takesBody || operation.id in bodies, `${operation.id} needs a body`).toBe(true);
    const body = operation.takesBody ? bodies[operation.id]!() : undefined;
    const ask = async (values: (name: string) => string) => theirs.admin.request(operation.method, filled(operation, values), body);
    if (operation.id === "set_number") {
      // Numbers are the world's, so this one says that it is taken.
      const response = await theirs.admin.request("PUT", filled(operation, () => ours.things.number), { kind: "user", user: theirs.things.user });
      if (response.status !== 409) wrong.push(`${operation.id}: ${response.status}`);
      asked++;
      continue;
    }
    if (operation.id === "showAudit") {
      // Entries are numbered within each organisation, so theirs has this one too.
      const text = await (await theirs.admin.request("GET", filled(operation, () => ours.things.seq))).text();
      if (text.includes(ours.org) || text.includes(ours.things.user)) wrong.push(`${operation.id}: ${text}`);
      asked++;
      continue;
    }
    // All of it ours; or what it is in theirs, and the rest ours.
    for (const own of names.map((_, index) => names.slice(0, index))) {
      const values = (stranger: (name: string) => string) => (name: string) => (own.includes(name) ? theirs.things[name as keyof Things] : stranger(name));
      const strangers = Object.fromEntries(names.map((name) => [name, nobodys(name)]));
      const foreign = await ask(values((name) => ours.things[name as keyof Things]));
      const status = foreign.status;
      const [got, none] = [await said(foreign, ...names.map((name) => ours.things[name as keyof Things])), await said(await ask(values((name) => strangers[name]!)), ...Object.values(strangers))];
      if (status !== 404 || got !== none) wrong.push(`${operation.id} (${own.join(", ")}):\n  ${got}\n  ${none}`);
      asked++;
    }
  }
  expect(asked).toBeGreaterThan(50);

  // In the query and the body.
  expect(Object.keys(namings).filter((each) => places(document).includes(each)).sort(), "every place that names an id is tried").toEqual(places(document));
  expect(Object.keys(namings).filter((each) => !all.some(({ id }) => id === each.split(" ")[0])), "of an operation that is there").toEqual([]);
  for (const [place, { thing, ask, free, open }] of Object.entries(namings)) {
    const [id, other] = [ours.things[thing], like(thing, ours.things[thing])];
    const foreign = await ask(theirs, id);
    const { status } = foreign;
    if (free) {
      const made = await foreign.json();
      if (status !== 201 || JSON.stringify(made).includes(ours.things.message)) wrong.push(`${place}: ${status} ${JSON.stringify(made)}`);
      continue;
    }
    const [got, none] = [await said(foreign, id), await (open ? said(await open(server, id), id) : said(await ask(theirs, other), other))];
    // Reading by a filter finds nothing, and a token one does not have is over: those two are no refusals.
    // A sign-in that was not begun is refused, and the provider of these tests is nowhere.
    const refusals = place.includes("ProviderSignIn") || place.startsWith("signInWithProvider") ? [401, 502] : [400, 404, 409, 422];
    const expected = /_list |^(numbers|phones|stats) |listEvents|revokeToken/.test(place) ? [200] : refusals;
    if (!expected.includes(status) || got !== none) wrong.push(`${place}:\n  ${got}\n  ${none}`);
  }
  // Their name and password open nothing of ours, and say no more than a wrong password does.
  const signIn = (name: string) => new Api(server, "").request("POST", "/sessions", { org: "demo", name, password: "long enough 1" });
  expect(await said(await signIn("hank"))).toBe(await said(await signIn("nobody-at-all")));
  expect(wrong).toEqual([]);

  // Nothing of ours changed, and nothing happened.
  expect((await log(ours.admin, next)).events).toEqual([]);
  expect((await log(ours.person, next)).events).toEqual([]);
  expect(await seen(all, ours)).toEqual(before);
  const program = ours.things;
  const works = async (fields: Record<string, string>) => (await asProgram(server, program, "/oauth/token", fields)).status;
  expect((await new Api(server, program.access_token).request("GET", "/me")).status).toBe(200);
  expect(await works(exchange(program.authorization))).toBe(200);
  expect(await works({ grant_type: "refresh_token", refresh_token: program.refresh_token })).toBe(200);
  close();
});

test("lists, the log, sockets and webhooks of one organisation hold nothing of another", async ({ world }) => {
  test.setTimeout(240_000);
  const server = await world.server();
  const { ours, theirs, listening, told, ear, close } = await two(world, server);
  const all = await operations(server);

  // Whatever our log and our lists name is ours.
  const logs = [await log(ours.admin), await log(ours.person), await log(Api.as(server, "supervisor"))];
  const answers = Object.values(await seen(all, ours));
  const mine = new Set([...JSON.stringify(logs).matchAll(UUID), ...answers.join("\n").matchAll(UUID)].map(([id]) => id));
  for (const id of Object.values(ours.things)) mine.add(id);
  mine.delete(ours.things.id);
  // A number, not an id.
  mine.delete(ours.things.seq);
  expect(mine.size).toBeGreaterThan(50);
  const foreign = (text: string) => [...mine].filter((id) => text.includes(id));

  const wrong: string[] = [];
  let lists = 0;
  for (const operation of all.filter((each) => each.method === "GET" && !each.path.includes("{") && each.id !== "connect")) {
    for (const api of [theirs.admin, theirs.person]) {
      for (const query of ["", ...(operation.parameters.some((each) => each.name === "limit") ? ["?limit=200"] : [])]) {
        const text = await (await api.request("GET", `${operation.path}${query}`)).text();
        if (foreign(text).length > 0) wrong.push(`${operation.id}: ${foreign(text).join(", ")}`);
        lists++;
      }
    }
  }
  expect(lists).toBeGreaterThan(60);

  // Topics of ours are given to nobody of theirs: asked for by name, they show nothing.
  const topics = [...new Set(logs.flatMap(({ events }) => events.flatMap((event) => event.topics as string[])))];
  expect(topics.map((topic) => topic.split(":")[0]).sort()).toEqual(expect.arrayContaining(["admins", "chat", "org", "queue", "supervisors", "user"]));
  const shown = await theirs.admin.get(`/events?topics=${topics.slice(0, 100).join(",")}`);
  if (shown.items.length > 0) wrong.push(`the log by topic: ${JSON.stringify(shown.items[0])}`);
  const eager = await Listening.start(server, theirs.person.token);
  const given = await eager.ask("subscribe", { topics, after: "0-0" }).catch(async () => eager.ask("subscribe", { topics }));
  expect(given.topics).toEqual([]);
  const log2 = JSON.stringify(await log(theirs.admin));
  if (foreign(log2).length > 0) wrong.push(`their log: ${foreign(log2).join(", ")}`);

  // Something of theirs after all of it: when it has arrived, what came before it has too.
  const text = `the last word ${nobody()}`;
  await theirs.person.json("POST", `/chats/${theirs.things.chat}/messages`, { client_id: nobody(), text });
  for (const each of listening) await until("their sockets hear", async () => JSON.stringify(each.frames), (frames) => frames.includes(text));
  await until("their webhook is told", async () => JSON.stringify(told.events), (events) => events.includes(text));
  for (const [what, got] of [["socket", listening.map((each) => each.frames)], ["refused socket", eager.frames.filter((each) => each.type !== "reply")], ["webhook", told.events]] as const) {
    const found = foreign(JSON.stringify(got));
    if (found.length > 0) wrong.push(`${what}: ${found.join(", ")}`);
  }
  // Ours did hear: the kinds that were made here are kinds of the log.
  expect(ear.frames.some((each) => each.type === "event")).toBe(true);
  const known = readdirSync(join(import.meta.dirname, "../../../platform/store/tests/golden")).map((name) => name.replace(/\.v\d+\.json$/, ""));
  const kinds = new Set(logs.flatMap(({ events }) => events.map((event) => event.type as string)));
  expect([...kinds].filter((kind) => !known.includes(kind))).toEqual([]);
  expect(kinds.size).toBeGreaterThan(20);
  eager.close();
  expect(wrong).toEqual([]);
  close();
});
