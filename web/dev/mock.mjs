/**
 * A stand-in for the server while working on screens: people, chats, calls and a queue in memory, over the same HTTP and WebSocket API.
 * It serves `dist` with the server's content security policy. Not for anything but development.
 *
 *   node dev/mock.mjs [--port 8080]       passwords: demo-demo-demo
 *   POST /dev/queue-call                  a customer calls the queue
 *   POST /dev/say {"from","to","text"}    somebody writes to somebody
 *   POST /dev/hangup                      every customer hangs up
 *   POST /dev/alone                       of the nodes only one is left
 *   POST /dev/cut                         closes all sockets
 *   GET  /dev/relay.html                  a browser page that answers the clients' offers; open it to have media
 */
import { randomUUID } from "node:crypto";
import { readFile } from "node:fs/promises";
import { createServer } from "node:http";
import { extname, join, normalize } from "node:path";
import { WebSocketServer } from "ws";

const root = new URL("..", import.meta.url).pathname;
const port = Number(process.argv[process.argv.indexOf("--port") + 1]) || 8080;
const now = () => new Date().toISOString();
const ago = (ms) => new Date(Date.now() - ms).toISOString();
const MINUTE = 60_000;

const CSP =
  "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data: blob:; media-src 'self' blob:; connect-src 'self'; " +
  "worker-src 'self'; manifest-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'";

// People

const PERMISSIONS = {
  agent: ["people:read", "chat:use", "call:use", "agent:on_queue", "queue:read"],
  supervisor: ["call:supervise", "queue:write", "queue:supervise", "flow:read"],
  admin: ["people:write", "phone:write", "flow:write", "job:manage", "node:view", "role:write", "client:read", "client:write", "webhook:manage"],
};
PERMISSIONS.supervisor.push(...PERMISSIONS.agent);
PERMISSIONS.admin.push(...PERMISSIONS.supervisor);

const org = { id: randomUUID(), name: "demo" };

const TITLES = { agent: "Agent", supervisor: "Supervisor", admin: "Administrator" };
const roles = [
  ...Object.entries(TITLES).map(([name, title]) => ({ name, title, permissions: PERMISSIONS[name], built_in: true, holders: 3 })),
  { name: "night-shift", title: "Night shift", permissions: ["people:read", "chat:use"], built_in: false, holders: 1 },
];
const signedInHoursAgo = (hours, user_agent, address) => {
  const at = (ago) => new Date(Date.now() - ago * 3_600_000).toISOString();
  return { id: randomUUID(), user_agent, address, created_at: at(hours), last_used_at: at(hours / 4), expires_at: at(hours / 4 - 12), current: false };
};
const sessions = [
  signedInHoursAgo(2, "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/143.0.0.0 Safari/537.36", "192.0.2.17"),
  signedInHoursAgo(20, "Mozilla/5.0 (iPhone; CPU iPhone OS 18_1 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.1 Mobile/15E148 Safari/604.1", "2001:db8::7"),
];
const accessTokens = [
  {
    id: randomUUID(), name: "Nightly export", scopes: ["people:read", "queue:read"], created_at: sessions[1].created_at,
    last_used_at: sessions[0].last_used_at, expires_at: new Date(Date.now() + 60 * 86_400_000).toISOString(),
  },
];
const clients = [
  {
    id: randomUUID(), name: "CRM", confidential: true, redirect_uris: ["https://crm.example/callback"], grant_types: ["authorization_code", "refresh_token"],
    scopes: ["people:read", "queue:read"], roles: [], created_at: sessions[1].created_at,
  },
];
const grants = [
  { grant: randomUUID(), client: clients[0].id, name: "CRM", scopes: ["people:read"], created_at: sessions[1].created_at, last_used_at: sessions[0].last_used_at },
];
const people = [];
function addPerson(name, display_name, title, extension, roles, primary, message = null, minutes = 20) {
  const presence = { primary, message, activity: null, since: ago(minutes * MINUTE) };
  people.push({ id: randomUUID(), name, display_name, title, extension, roles, active: true, presence });
  return people.at(-1);
}
addPerson("admin", "Ada Admin", "Administrator", "1000", ["admin"], "offline");
const agent1 = addPerson("agent1", "Alex Agent", "Customer care", "1001", ["agent"], "offline");
const agent2 = addPerson("agent2", "Bianca Berger", "Customer care", "1002", ["agent"], "on_queue", null, 42);
const supervisor = addPerson("supervisor", "Samira Okafor", "Team lead", "1003", ["supervisor"], "meeting", "Quarterly numbers", 12);
addPerson("jonas", "Jonas Lindqvist", "Warehouse", "1010", ["agent"], "available", null, 95);
addPerson("mei", "Mei-Ling Zhao", "Logistics", "1011", ["agent"], "busy", "Writing the tender until three", 30);
addPerson("tariq", "Tariq Haddad", "Finance", "1012", ["agent"], "away", null, 8);
addPerson("olga", "Olga Petrova", "Sales", "1013", ["agent"], "available").presence.activity = "on_call";
addPerson("luis", "Luís Ferreira", "Field service", "1014", ["agent"], "meal", null, 15);
addPerson("hanna", "Hanna Virtanen", "Marketing", "1015", ["agent"], "offline", null, 900);
addPerson("kofi", "Kofi Mensah", "IT", "1016", ["agent"], "training", "Back at 16:00", 50);
const person = (id) => people.find((each) => each.id === id);
const named = (name) => people.find((each) => each.name === name);

// Chats

const chats = [];
function addChat(members, kind = "direct", title = null) {
  chats.push({ id: randomUUID(), kind, title, members, created_at: ago(900 * MINUTE), messages: [], read: new Map() });
  return chats.at(-1);
}
function addMessage(chat, author, text, at = now(), client_id = randomUUID()) {
  const message = { id: randomUUID(), chat: chat.id, seq: chat.messages.length + 1, author, client_id, text, at, edited_at: null, deleted: false };
  chat.messages.push(message);
  return message;
}
const chatFor = (chat, me) => {
  const read_seq = chat.read.get(me) ?? 0;
  const unread = chat.messages.filter((message) => message.author !== me && message.seq > read_seq).length;
  const { id, kind, title, members, created_at } = chat;
  return { id, kind, title, members, created_at, last_message: chat.messages.at(-1) ?? null, read_seq, unread };
};
const talk = addChat([agent1.id, agent2.id]);
for (let i = 0; i < 180; i++) addMessage(talk, i % 3 ? agent1.id : agent2.id, `Note ${i + 1} about the shift plan.`, ago((3000 - i * 14) * MINUTE));
for (const [author, text, minutes] of [
  [agent2, "Morning! The parcel scanner at dock 3 is back.", 75],
  [agent1, "Great, then I tell the customer with the two pallets.", 74],
  [agent1, "Do you remember which carrier it was?", 74],
  [agent2, "The blue one. Tracking is under https://carrier.example/track?id=88213", 71],
  [agent2, "They promised delivery before noon. If they call again, put them straight through to me: I have the whole history here, including the first complaint from March, and it would be unfair to let them tell it all once more.", 70],
  [agent1, "Will do. 🙏", 65],
])
  addMessage(talk, author.id, text, ago(minutes * MINUTE));
talk.read.set(agent1.id, talk.messages.length);
for (const [from, text, minutes] of [
  [supervisor, "Can you take the late shift on Thursday?", 22],
  [named("jonas"), "Pallet 4471 is found.", 130],
  [named("mei"), "Thanks for yesterday!", 1500],
]) {
  const chat = addChat([agent1.id, from.id]);
  addMessage(chat, from.id, text, ago(minutes * MINUTE));
  if (minutes > 1000) chat.read.set(agent1.id, 1);
}
addMessage(chats[1], supervisor.id, "Otherwise I ask somebody else.", ago(21 * MINUTE));

// Contact centre

const queue = {
  id: randomUUID(), name: "Support", members: [agent1, agent2].map(({ id }) => ({ user: id, joined: true })), alert_seconds: 20, target_seconds: 20,
  short_abandon_seconds: 5, wrap_up: { mode: "timed", seconds: 60 }, evaluation: "all_skills", skills: [], version: 1,
};
const queue2 = { ...queue, id: randomUUID(), name: "Orders and returns", members: [{ user: agent2.id, joined: true }] };
const codes = ["Solved", "Call back", "Complaint", "Wrong number", "Order status"].map((name) => ({ id: randomUUID(), name }));
const agents = new Map(
  [agent1, agent2].map(({ id }) => [id, { status: id === agent2.id ? "interacting" : "off_queue", since: ago(4 * MINUTE), conversations: [] }]),
);
const agentFor = (id) => ({
  user: id, display_name: person(id).display_name, presence: person(id).presence, ...agents.get(id),
  queues: [queue, queue2].filter((each) => each.members.some((member) => member.user === id)).map((each) => each.id), skills: [],
});
const statsFor = (each) => {
  const waiting = [...conversations.values()].filter((c) => c.queue === each.id && ["queued", "alerting"].includes(c.state));
  const members = each.members.map(({ user }) => agents.get(user));
  const busy = each === queue;
  return {
    queue: each.id, waiting: waiting.length, oldest_since: waiting[0]?.started_at ?? null, interacting: members.filter((a) => a.status === "interacting").length,
    agents_on_queue: members.filter((a) => a.status !== "off_queue").length, agents_idle: members.filter((a) => a.status === "idle").length,
    offered: busy ? 48 : 9, answered: busy ? 43 : 7, abandoned: busy ? 4 : 2, abandoned_short: 1, average_speed_of_answer_ms: busy ? 14_200 : 31_000,
    service_level: busy ? { ignore_abandons: 88.4, negative: 84.1, positive: 86.2, drop_short: 85.9 } : { ignore_abandons: 60, negative: 55.6, positive: 61, drop_short: 58 },
  };
};
const conversations = new Map();
const decisions = new Map();
const segment = (kind, started_at = now(), ended_at = null, disposition = null) => ({ kind, started_at, ended_at, disposition });
const part = (purpose, extra, ...segments) => ({ id: randomUUID(), purpose, user: null, queue: null, segments, wrap_up: null, ...extra });

function addConversation(from, state, age, agent) {
  const t = (s) => ago(age * MINUTE - s * 1_000);
  const id = randomUUID();
  const participants = [
    part("customer", {}),
    part("flow", {}, segment("ivr", t(0), t(7), "completed")),
    part("queue", { queue: queue.id }, segment("wait", t(7), agent ? t(26) : null, agent ? "answered" : null)),
  ];
  if (agent) participants.push(part("agent", { user: agent.id }, segment("alert", t(20), t(26), "answered"), segment("talk", t(26), state === "ended" ? t(200) : null, state === "ended" ? "hangup" : null)));
  const conversation = {
    id, call: null, from, to: "+15550100", queue: queue.id, state, participants, position: agent ? null : 1, started_at: t(0),
    ended_at: state === "ended" ? t(215) : null, outcome: state === "ended" ? "handled" : null,
  };
  conversations.set(id, conversation);
  decisions.set(id, [decision(agent, t(20))]);
  return conversation;
}
const decision = (agent, at = now()) => ({
  at, offer: agent ? randomUUID() : null, agent: agent?.id ?? null, key: Date.now(), eligible: agent ? 2 : 0,
  candidates: agent ? [agent, agent === agent1 ? named("jonas") : agent1].map(({ id }, i) => ({ agent: id, score: 4 - i, idle_since: ago((9 - 4 * i) * MINUTE) })) : [],
  excluded: [{ agent: agent2.id, reason: "at_capacity" }, { agent: named("kofi").id, reason: "off_queue" }],
});
const running = addConversation("+4930123456", "connected", 4, agent2);
agents.get(agent2.id).conversations.push(running.id);
for (const [from, age] of [["+442079460123", 34], ["+33170189900", 61]]) addConversation(from, "ended", age, agent1);
addConversation("+12025550143", "ended", 95, null).outcome = "abandoned";

// Calls

const calls = new Map();
const newLeg = (extra) => ({
  id: randomUUID(), kind: "web", user: null, device: null, address: "", name: null, state: "ringing", caller: false, muted: false,
  started_at: now(), answered_at: null, ended_at: null, end_reason: null, ...extra,
});
const userLeg = (user, extra) => newLeg({ user: user.id, address: user.extension ?? user.name, name: user.display_name, ...extra });
function addCall(extra) {
  const call = { id: randomUUID(), conversation: null, dialled: "", video: false, legs: [], started_at: now(), answered_at: null, ended_at: null, end_reason: null, ...extra };
  calls.set(call.id, call);
  return call;
}
function pastCall(from, to, minutes, talkS, video = false) {
  const at = ago(minutes * MINUTE);
  const answered = talkS ? ago(minutes * MINUTE - 6_000) : null;
  const ended = ago(minutes * MINUTE - 6_000 - talkS * 1_000);
  const rest = { state: "ended", started_at: at, ended_at: ended, answered_at: answered, end_reason: talkS ? "hangup" : "no_answer" };
  const leg = (who, extra) => (typeof who === "string" ? newLeg({ kind: "trunk", address: who, ...rest, ...extra }) : userLeg(who, { ...rest, ...extra }));
  addCall({ dialled: typeof to === "string" ? to : to.extension, video, legs: [leg(from, { caller: true }), leg(to)], started_at: at, answered_at: answered, ended_at: ended, end_reason: rest.end_reason });
}
pastCall(agent1, agent2, 48, 182, true);
pastCall("+4930987654", agent1, 75, 0);
pastCall(agent1, named("jonas"), 140, 41);
pastCall(agent1, "+33170189900", 200, 640);
pastCall(supervisor, agent1, 1700, 95);

function publishCall(call, type = "call.changed") {
  const users = new Set(call.legs.flatMap((leg) => leg.user ?? []));
  for (const user of users) emit(type, { call: call.id }, (me) => me === user);
}
function endLeg(call, leg, reason) {
  if (leg.state === "ended") return;
  Object.assign(leg, { state: "ended", ended_at: now(), end_reason: reason });
}
function endCall(call, reason) {
  for (const leg of call.legs) endLeg(call, leg, reason);
  Object.assign(call, { ended_at: now(), end_reason: reason });
  for (const leg of call.legs) if (leg.user) setActivity(leg.user, null);
  const conversation = conversations.get(call.conversation);
  if (conversation) wrapUp(conversation);
  publishCall(call, "call.ended");
  relay?.send(JSON.stringify({ type: "end", call: call.id }));
}
const setActivity = (user, activity) => {
  person(user).presence = { ...person(user).presence, activity };
  emit("presence.changed", { user, presence: person(user).presence });
};
function setAgent(user, status) {
  const agent = agents.get(user);
  if (!agent) return;
  Object.assign(agent, { status, since: now() });
  emit("agent.status.changed", { user, status });
  for (const socket of sockets) socket.signal({ signal: "agent_state", agent: agentFor(user) });
}
function stats() {
  for (const each of [queue, queue2]) for (const socket of sockets) socket.signal({ signal: "queue_stats", stats: statsFor(each) });
}
const changed = (conversation) => emit("conversation.segment.started", { conversation: conversation.id });

function queueCall(from = "+491701234567") {
  const conversation = addConversation(from, "queued", 0.6, null);
  const call = addCall({ conversation: conversation.id, dialled: "+15550100", answered_at: now(), legs: [newLeg({ kind: "trunk", address: from, name: from, state: "connected", caller: true, answered_at: now() })] });
  conversation.call = call.id;
  changed(conversation);
  offer(conversation, call);
}
function offer(conversation, call) {
  const free = [...agents].find(([, agent]) => agent.status === "idle")?.[0];
  stats();
  if (!free) return;
  const leg = userLeg(person(free));
  call.legs.push(leg);
  conversation.state = "alerting";
  conversation.position = null;
  conversation.participants.push(part("agent", { user: free }, segment("alert")));
  decisions.get(conversation.id).push(decision(person(free)));
  agents.get(free).conversations.push(conversation.id);
  setAgent(free, "alerting");
  emit("routing.offered", { conversation: conversation.id, queue: queue.id, offer: randomUUID(), agent: free, expires_at: new Date(Date.now() + 20_000).toISOString() });
  publishCall(call, "call.leg.added");
  setTimeout(() => leg.state === "ringing" && expire(conversation, call, leg, "no_answer", "not_responding"), 20_000).unref();
}
function expire(conversation, call, leg, reason, status) {
  endLeg(call, leg, reason);
  publishCall(call);
  const agent = agents.get(leg.user);
  agent.conversations = agent.conversations.filter((id) => id !== conversation.id);
  Object.assign(conversation.participants.at(-1).segments[0], { ended_at: now(), disposition: reason === "no_answer" ? "expired" : "declined" });
  conversation.state = "queued";
  setAgent(leg.user, status);
  changed(conversation);
  stats();
}
function wrapUp(conversation) {
  const agent = conversation.participants.findLast((each) => each.purpose === "agent");
  const last = agent?.segments.at(-1);
  for (const each of conversation.participants) for (const s of each.segments) s.ended_at ??= now();
  if (last?.kind !== "talk") {
    Object.assign(conversation, { state: "ended", ended_at: now(), outcome: "abandoned" });
  } else {
    last.disposition = "hangup";
    agent.segments.push(segment("wrap_up"));
    conversation.state = "wrap_up";
    setAgent(agent.user, "wrap_up");
  }
  changed(conversation);
  stats();
}

// Nodes and jobs

const node = (name, roles, port, calls, endpoints, extra) => ({
  id: randomUUID(), name, roles, links: `10.0.4.1${port}:7000`, http: roles.includes("edge") ? `10.0.4.1${port}:8080` : null,
  sip: roles.includes("sip") ? `10.0.4.1${port}:5060` : null, media: roles.includes("media") ? `10.0.4.1${port}:40000` : null,
  version: "0.1.0", draining: false, load: { calls, endpoints }, ...extra,
});
const cluster = [
  node("berlin-1", ["edge", "sip", "media"], 1, 41, 83),
  node("berlin-2", ["edge", "sip", "media"], 2, 38, 77),
  node("berlin-3", ["sip", "media"], 3, 6, 11, { draining: true, version: "0.0.9" }),
  node("berlin-queues", ["engine", "worker"], 4, 0, 0),
];
const alone = [node("tandem", ["edge", "sip", "media", "engine", "worker"], 1, 3, 6, { links: null })];
let nodes = cluster;

const jobs = [];
function addJob(kind, state, attempts, minutes, error = null, payload = {}) {
  jobs.push({
    id: randomUUID(), kind, key: null, state, attempts, max_attempts: 8, run_at: ago(minutes * MINUTE), created_at: ago((minutes + 3) * MINUTE),
    changed_at: ago(minutes * MINUTE), error, payload,
  });
}
for (let n = 0; n < 60; n++) addJob("chat.notify", "done", 1, 600 - n, null, { message: randomUUID() });
addJob("recording.store", "dead", 8, 340, "the object store answered 503 Service Unavailable after 8 tries; the last one waited 30 s for https://objects.example.net/recordings/2026/11/0193", { call: randomUUID(), bytes: 1_284_096 });
addJob("report.nightly", "dead", 3, 190, "column \"answered_at\" does not exist", { day: "2026-11-22" });
addJob("webhook.deliver", "discarded", 8, 95, "connection refused");
addJob("webhook.deliver", "running", 2, 1, "timed out after 10 s", { url: "https://crm.example.net/hooks/tandem" });
addJob("chat.notify", "waiting", 0, -2);
const jobOf = (id) => jobs.find((each) => each.id === id) ?? fail(404, "No such job.");
function decide(id, states, change) {
  const job = jobOf(id);
  if (!states.includes(job.state)) fail(409, `the job is ${job.state}`);
  return Object.assign(job, change, { changed_at: now() });
}

// Webhooks: one that works, one whose receiver is down, one that was given up, one that rests

const webhooks = [];
const deliveries = new Map();
function addWebhook(settings, extra) {
  const { name, url, kinds = [], paused = false } = settings;
  const webhook = {
    id: randomUUID(), name, url, kinds, user: people[0].id, state: paused ? "paused" : "active", reason: null, seen: "0-0", failing_since: null, attempts: 0,
    next_try_at: null, error: null, created_at: ago(3_000 * MINUTE), changed_at: ago(90 * MINUTE), ...extra,
  };
  webhooks.push(webhook);
  deliveries.set(webhook.id, []);
  return webhook;
}
const delivered = (webhook, n, kind, extra) =>
  deliveries.get(webhook.id).unshift({ event: `7421${n}-${n % 5}`, kind, state: "delivered", attempts: 1, status: 200, error: null, at: ago((200 - n) * MINUTE), took_ms: 40 + ((n * 37) % 90), ...extra });
const crm = addWebhook({ name: "CRM", url: "https://crm.example.net/hooks/tandem", kinds: ["call.*", "chat.message.posted", "conversation.*"] });
for (let n = 100; n < 190; n++) delivered(crm, n, ["call.started", "call.changed", "call.ended", "chat.message.posted"][n % 4], n % 30 ? {} : { attempts: 4 });
delivered(crm, 190, "conversation.ended", { state: "set_aside", attempts: 17, status: 500, error: "answered 500 Internal Server Error" });
delivered(crm, 191, "call.started", { state: "discarded", attempts: 17, status: null, error: "no answer within 15 s" });
delivered(crm, 192, "call.ended", { state: "waiting", attempts: 0, status: null });
addWebhook(
  { name: "Data warehouse", url: "https://ingest.warehouse.example.org/v3/sources/01jd7x3m4p9q8r7s6t5v4w3x2y/events?tenant=northwind-traders-emea" },
  { failing_since: ago(14 * MINUTE), attempts: 9, next_try_at: ago(-3 * MINUTE), error: "cannot connect: connection refused" },
);
const old = { name: "Old wallboard", url: "https://wallboard.example.net/", kinds: ["queue.*"] };
addWebhook(old, { state: "suspended", reason: "It answered 410 Gone." });
addWebhook({ name: "Payroll", url: "https://payroll.example.net/tandem", kinds: ["agent.*"], paused: true });
const webhookOf = (id) => webhooks.find((each) => each.id === id) ?? fail(404, "No such webhook.");
const deliveryOf = (id, event) => deliveries.get(webhookOf(id).id).find((each) => each.event === event) ?? fail(404, "No such delivery.");
function checkWebhook({ name, url, kinds = [] }) {
  const errors = [];
  if (!url.startsWith("https:")) errors.push({ field: "url", message: "The address must begin with https:." });
  for (const kind of kinds) if (!/^[a-z_.]*\*?$/.test(kind)) errors.push({ field: "kinds", message: `${kind} is no kind of event.` });
  if (!name) errors.push({ field: "name", message: "A name is needed." });
  if (errors.length > 0) throw { type: "https://tandem.dev/problems/invalid", title: "Not valid.", status: 422, errors };
}
const webhookEvent = (type, webhook) => emit(`webhook.${type}`, { webhook: webhook.id });
const secret = () => `whsec_${Buffer.from(randomUUID() + randomUUID()).toString("base64").slice(0, 44)}`;
const needs = (me, permission) => meFor(me).permissions.includes(permission) || fail(403, "Not allowed.");

// The log and the sockets

const log = [];
const sockets = new Set();
function emit(type, data, sees = () => true) {
  const event = { cursor: `0-${log.length + 1}`, type, data, at: now(), stream: "mock", version: 1, org: org.id, schema_version: 1, actor: { kind: "system" }, topics: [] };
  log.push({ event, sees });
  for (const socket of sockets) socket.push({ event, sees });
}

// HTTP

const tokens = new Map(people.map(({ id, name }) => [`token-${name}`, id]));
const fail = (status, title) => {
  throw { type: `https://tandem.dev/problems/mock-${status}`, title, status };
};
const page = (items, extra) => ({ items, ...extra });
const meFor = (user) => ({ user, org, session: randomUUID(), permissions: [...new Set(user.roles.flatMap((role) => PERMISSIONS[role]))] });
const chatOf = (id, me) => chats.find((chat) => chat.id === id && chat.members.includes(me.id)) ?? fail(404, "No such chat.");
const callOf = (id) => calls.get(id) ?? fail(404, "No such call.");
const myLeg = (call, me) => call.legs.find((leg) => leg.user === me.id && leg.state !== "ended") ?? fail(404, "You are not in this call.");
const conversationOf = (id) => conversations.get(id) ?? fail(404, "No such conversation.");

const routes = [
  ["POST", /^\/sessions$/, ({ body }) => {
    const user = named(body.name);
    if (!user || body.password !== "demo-demo-demo") fail(401, "Name or password is wrong.");
    return { token: `token-${user.name}`, expires_at: ago(-600 * MINUTE), me: meFor(user) };
  }],
  ["DELETE", /^\/sessions\/current$/, () => undefined],
  ["GET", /^\/me$/, ({ me }) => meFor(me)],
  ["PUT", /^\/me\/presence$/, ({ me, body }) => {
    me.presence = { ...me.presence, primary: body.primary, message: body.message ?? null, since: now() };
    emit("presence.changed", { user: me.id, presence: me.presence });
    if (agents.has(me.id)) setAgent(me.id, body.primary === "on_queue" ? "idle" : "off_queue");
    stats();
    return me.presence;
  }],
  ["GET", /^\/people$/, () => page(people)],
  ["GET", /^\/chats$/, ({ me }) => page(chats.filter((chat) => chat.members.includes(me.id)).map((chat) => chatFor(chat, me.id)))],
  ["POST", /^\/chats$/, ({ me, body }) => {
    const members = [me.id, ...body.members];
    const known = body.kind === "direct" && chats.find((chat) => chat.kind === "direct" && members.every((id) => chat.members.includes(id)));
    const chat = known || addChat(members, body.kind, body.title);
    if (!known) emit("chat.created", { chat: chat.id }, (id) => members.includes(id));
    return chatFor(chat, me.id);
  }],
  ["GET", /^\/chats\/([^/]+)\/messages$/, ({ me, match, query }) => {
    const { messages } = chatOf(match[1], me);
    const before = Number(query.get("before") ?? Infinity);
    const after = Number(query.get("after") ?? 0);
    const fitting = messages.filter(({ seq }) => seq < before && seq > after);
    return page(fitting.slice(-Number(query.get("limit") ?? 50)).toReversed());
  }],
  ["POST", /^\/chats\/([^/]+)\/messages$/, ({ me, match, body }) => {
    const chat = chatOf(match[1], me);
    const known = chat.messages.find((message) => message.client_id === body.client_id);
    if (known) return known;
    const message = addMessage(chat, me.id, body.text, now(), body.client_id);
    emit("chat.message.posted", { message }, (id) => chat.members.includes(id));
    return message;
  }],
  ["PATCH", /^\/chats\/([^/]+)\/messages\/([^/]+)$/, ({ me, match, body }) => {
    const chat = chatOf(match[1], me);
    const message = Object.assign(chat.messages.find(({ id }) => id === match[2]) ?? fail(404, "No such message."), { text: body.text, edited_at: now() });
    emit("chat.message.edited", { message }, (id) => chat.members.includes(id));
    return message;
  }],
  ["DELETE", /^\/chats\/([^/]+)\/messages\/([^/]+)$/, ({ me, match }) => {
    const chat = chatOf(match[1], me);
    const message = Object.assign(chat.messages.find(({ id }) => id === match[2]) ?? fail(404, "No such message."), { text: "", deleted: true });
    emit("chat.message.deleted", { chat: chat.id, message: message.id, seq: message.seq }, (id) => chat.members.includes(id));
  }],
  ["PUT", /^\/chats\/([^/]+)\/read$/, ({ me, match, body }) => {
    const chat = chatOf(match[1], me);
    chat.read.set(me.id, Math.max(body.seq, chat.read.get(me.id) ?? 0));
    emit("chat.read", { chat: chat.id, user: me.id, seq: body.seq }, (id) => id === me.id);
  }],
  ["POST", /^\/chats\/([^/]+)\/typing$/, ({ me, match }) => {
    for (const socket of sockets) if (socket.user !== me.id) socket.signal({ signal: "typing", chat: match[1], user: me.id });
  }],
  ["GET", /^\/calls$/, ({ me, query }) => {
    const mine = [...calls.values()].filter((call) => call.legs.some((leg) => leg.user === me.id));
    const active = query.get("active");
    return page(mine.filter((call) => active === null || (active === "true") === !call.ended_at).toSorted((a, b) => b.started_at.localeCompare(a.started_at)));
  }],
  ["POST", /^\/calls$/, ({ me, body }) => {
    const user = body.to.kind === "user" ? person(body.to.user) : people.find((each) => each.extension === body.to.number);
    if (!user && body.to.kind === "user") fail(404, "No such person.");
    const call = addCall({ dialled: user?.extension ?? body.to.number, video: body.video, legs: [userLeg(me, { caller: true, device: body.device, state: "connected", answered_at: now() })] });
    call.legs.push(user ? userLeg(user) : newLeg({ kind: "trunk", address: body.to.number }));
    setActivity(me.id, "on_call");
    publishCall(call, "call.started");
    if (!user) {
      setTimeout(() => {
        if (call.ended_at) return;
        Object.assign(call.legs[1], { state: "connected", answered_at: now() });
        call.answered_at = now();
        publishCall(call);
        joined(call);
      }, 1_500);
    }
    return call;
  }],
  ["GET", /^\/calls\/([^/]+)$/, ({ match }) => callOf(match[1])],
  ["GET", /^\/calls\/([^/]+)\/tracks$/, ({ match }) => page(tracksOf(match[1]))],
  ["POST", /^\/calls\/([^/]+)\/answer$/, ({ me, match, body }) => {
    const call = callOf(match[1]);
    const leg = myLeg(call, me);
    if (leg.state !== "ringing") fail(409, "Answered elsewhere.");
    Object.assign(leg, { state: "connected", device: body.device, answered_at: now() });
    call.answered_at ??= now();
    setActivity(me.id, "on_call");
    const conversation = conversations.get(call.conversation);
    if (conversation) {
      conversation.state = "connected";
      for (const each of conversation.participants) for (const s of each.segments) s.ended_at ??= now();
      conversation.participants.at(-1).segments.push(segment("talk"));
      setAgent(me.id, "interacting");
      emit("routing.offer.ended", { conversation: conversation.id, queue: queue.id, offer: "", agent: me.id, result: "accepted" });
      changed(conversation);
      stats();
    }
    publishCall(call, "call.leg.answered");
    joined(call);
    return call;
  }],
  ["POST", /^\/calls\/([^/]+)\/decline$/, ({ me, match }) => {
    const call = callOf(match[1]);
    const conversation = conversations.get(call.conversation);
    if (conversation) expire(conversation, call, myLeg(call, me), "declined", "idle");
    else endCall(call, "declined");
  }],
  ["POST", /^\/calls\/([^/]+)\/hangup$/, ({ match }) => endCall(callOf(match[1]), "hangup")],
  ["PUT", /^\/calls\/([^/]+)\/hold$/, ({ me, match, body }) => {
    const call = callOf(match[1]);
    myLeg(call, me).state = body.held ? "holding" : "connected";
    publishCall(call);
    return call;
  }],
  ["PUT", /^\/calls\/([^/]+)\/mute$/, ({ me, match, body }) => {
    const call = callOf(match[1]);
    myLeg(call, me).muted = body.muted;
    publishCall(call);
    return call;
  }],
  ["POST", /^\/calls\/([^/]+)\/dtmf$/, () => undefined],
  ["GET", /^\/queues$/, () => page([queue, queue2])],
  ["GET", /^\/queues\/stats$/, () => page([queue, queue2].map(statsFor))],
  ["GET", /^\/agents$/, () => page([...agents.keys()].map(agentFor))],
  ["GET", /^\/agents\/me$/, ({ me }) => (agents.has(me.id) ? agentFor(me.id) : fail(404, "Not an agent."))],
  ["GET", /^\/conversations$/, ({ query }) => page([...conversations.values()].filter((each) => (query.get("active") === "true") === !each.ended_at).toReversed())],
  ["GET", /^\/conversations\/([^/]+)$/, ({ match }) => conversationOf(match[1])],
  ["GET", /^\/conversations\/([^/]+)\/decisions$/, ({ match }) => page(decisions.get(match[1]) ?? [])],
  ["POST", /^\/conversations\/([^/]+)\/wrap-up$/, ({ me, match, body }) => {
    const conversation = conversationOf(match[1]);
    const agent = conversation.participants.findLast((each) => each.user === me.id);
    agent.wrap_up = body;
    Object.assign(agent.segments.at(-1), { ended_at: now(), disposition: "completed" });
    Object.assign(conversation, { state: "ended", ended_at: now(), outcome: "handled" });
    agents.get(me.id).conversations = agents.get(me.id).conversations.filter((id) => id !== conversation.id);
    setAgent(me.id, "idle");
    changed(conversation);
  }],
  ["GET", /^\/me\/sessions$/, () => page(sessions.map((each, at) => ({ ...each, current: at === 0 })))],
  ["GET", /^\/people\/([^/]+)\/sessions$/, ({ me }) => needs(me, "people:write") && page(sessions.slice(1))],
  ["GET", /^\/me\/second-factor$/, () => ({ on: true, recovery_codes_left: 9 })],
  ["GET", /^\/me\/tokens$/, () => page(accessTokens)],
  ["GET", /^\/permissions$/, () => page(PERMISSIONS.admin.map((name) => ({ name, description: `What ${name} allows.` })))],
  ["GET", /^\/roles$/, () => page(roles)],
  ["GET", /^\/invitations$/, () => page([])],
  ["GET", /^\/oauth\/clients$/, ({ me }) => needs(me, "client:read") && page(clients)],
  ["GET", /^\/webhooks$/, ({ me }) => needs(me, "webhook:manage") && page(webhooks)],
  ["POST", /^\/webhooks$/, ({ me, body }) => {
    needs(me, "webhook:manage");
    checkWebhook(body);
    const webhook = addWebhook(body, { user: me.id, created_at: now(), changed_at: now() });
    webhookEvent("changed", webhook);
    return { webhook, secret: secret() };
  }],
  ["GET", /^\/webhooks\/([^/]+)$/, ({ me, match }) => needs(me, "webhook:manage") && webhookOf(match[1])],
  ["PUT", /^\/webhooks\/([^/]+)$/, ({ me, match, body }) => {
    needs(me, "webhook:manage");
    const webhook = webhookOf(match[1]);
    checkWebhook(body);
    const { name, url, kinds = [], paused = false } = body;
    Object.assign(webhook, { name, url, kinds, state: paused ? "paused" : "active", reason: null, changed_at: now() });
    webhookEvent("changed", webhook);
    return webhook;
  }],
  ["DELETE", /^\/webhooks\/([^/]+)$/, ({ me, match }) => {
    needs(me, "webhook:manage");
    const webhook = webhookOf(match[1]);
    webhooks.splice(webhooks.indexOf(webhook), 1);
    webhookEvent("removed", webhook);
  }],
  ["POST", /^\/webhooks\/([^/]+)\/secret$/, ({ me, match }) => needs(me, "webhook:manage") && { webhook: webhookOf(match[1]), secret: secret() }],
  ["POST", /^\/webhooks\/([^/]+)\/ping$/, ({ me, match }) => {
    needs(me, "webhook:manage");
    const webhook = webhookOf(match[1]);
    delivered(webhook, 200 + deliveries.get(webhook.id).length, "webhook.pinged", { at: now() });
    webhookEvent("pinged", webhook);
  }],
  ["POST", /^\/webhooks\/([^/]+)\/replay$/, ({ me, match }) => needs(me, "webhook:manage") && webhookOf(match[1])],
  ["GET", /^\/webhooks\/([^/]+)\/deliveries$/, ({ me, match, query }) => {
    needs(me, "webhook:manage");
    const fitting = deliveries.get(webhookOf(match[1]).id).filter(({ state }) => !query.get("state") || query.get("state") === state);
    const from = fitting.findIndex(({ event }) => event === query.get("cursor")) + 1;
    const to = from + Number(query.get("limit") ?? 50);
    return page(fitting.slice(from, to), to < fitting.length && { next: fitting[to - 1].event });
  }],
  ["POST", /^\/webhooks\/([^/]+)\/deliveries\/([^/]+)\/retry$/, ({ me, match }) =>
    needs(me, "webhook:manage") && Object.assign(deliveryOf(match[1], match[2]), { state: "waiting", at: now() })],
  ["DELETE", /^\/webhooks\/([^/]+)\/deliveries\/([^/]+)$/, ({ me, match }) => {
    needs(me, "webhook:manage");
    const delivery = deliveryOf(match[1], match[2]);
    if (!["set_aside", "waiting"].includes(delivery.state)) fail(409, `the delivery is ${delivery.state}`);
    delivery.state = "discarded";
  }],
  ["GET", /^\/me\/grants$/, () => page(grants)],
  ["GET", /^\/nodes$/, ({ me }) => needs(me, "node:view") && { answering: nodes[0].id, items: nodes }],
  ["GET", /^\/jobs$/, ({ me, query }) => {
    needs(me, "job:manage");
    const fitting = jobs.filter(({ state }) => !query.get("state") || query.get("state") === state);
    const from = fitting.findIndex(({ id }) => id === query.get("cursor")) + 1;
    const to = from + Number(query.get("limit") ?? 50);
    return page(fitting.slice(from, to), to < fitting.length && { next: fitting[to - 1].id });
  }],
  ["POST", /^\/jobs\/([^/]+)\/retry$/, ({ me, match }) => needs(me, "job:manage") && decide(match[1], ["dead", "discarded"], { state: "waiting", attempts: 0, run_at: now() })],
  ["DELETE", /^\/jobs\/([^/]+)$/, ({ me, match }) => needs(me, "job:manage") && decide(match[1], ["dead", "waiting"], { state: "discarded" })],
  ["GET", /^\/wrap-up-codes$/, () => page(codes)],
];

const tools = {
  "/dev/queue-call": () => queueCall(),
  "/dev/say": ({ from, to, text }) => {
    const members = [named(from).id, named(to).id];
    const chat = chats.find((each) => each.kind === "direct" && members.every((id) => each.members.includes(id))) ?? addChat(members);
    const message = addMessage(chat, members[0], text);
    emit("chat.message.posted", { message }, (id) => members.includes(id));
  },
  "/dev/typing": ({ from, to }) => {
    const members = [named(from).id, named(to).id];
    const chat = chats.find((each) => members.every((id) => each.members.includes(id)));
    for (const socket of sockets) socket.signal({ signal: "typing", chat: chat.id, user: members[0] });
  },
  "/dev/call": ({ from, to, video }) => {
    const call = addCall({ dialled: named(to).extension, video: !!video, legs: [userLeg(named(from), { caller: true, device: randomUUID(), state: "connected" }), userLeg(named(to))] });
    publishCall(call, "call.started");
  },
  "/dev/answer": () => {
    for (const call of calls.values()) {
      if (call.ended_at) continue;
      for (const leg of call.legs) if (leg.state === "ringing") Object.assign(leg, { state: "connected", answered_at: now(), device: randomUUID() });
      call.answered_at = now();
      publishCall(call);
      joined(call);
    }
  },
  "/dev/hangup": () => {
    for (const call of calls.values()) if (!call.ended_at) endCall(call, "remote_hangup");
  },
  "/dev/alone": () => {
    nodes = alone;
  },
  "/dev/cut": () => {
    for (const socket of sockets) socket.wire.close(1012);
  },
};

const TYPES = { ".html": "text/html", ".js": "text/javascript", ".css": "text/css", ".svg": "image/svg+xml", ".webmanifest": "application/manifest+json" };

const server = createServer(async (request, response) => {
  const url = new URL(request.url, "http://mock");
  const chunks = [];
  for await (const chunk of request) chunks.push(chunk);
  const body = chunks.length ? JSON.parse(Buffer.concat(chunks).toString()) : undefined;
  const answer = (status, value, type = "application/json") => {
    response.writeHead(status, { "content-type": type });
    response.end(value === undefined ? undefined : JSON.stringify(value));
  };
  if (tools[url.pathname] && request.method === "POST") {
    tools[url.pathname](body ?? {});
    return answer(200, {});
  }
  if (url.pathname.startsWith("/dev/")) return serve(response, join(root, url.pathname), "");
  if (!url.pathname.startsWith("/api/v1")) return serve(response, join(root, "dist", normalize(url.pathname)), CSP);
  try {
    const path = url.pathname.slice("/api/v1".length);
    const me = person(tokens.get(request.headers.authorization?.slice("Bearer ".length)));
    for (const [method, pattern, handle] of routes) {
      const match = method === request.method && pattern.exec(path);
      if (!match) continue;
      if (!me && path !== "/sessions") fail(401, "Sign in first.");
      const value = handle({ me, match, body, query: url.searchParams });
      return answer(value === undefined ? 204 : 200, value);
    }
    fail(404, "No such operation.");
  } catch (error) {
    if (!error.status) console.error(error);
    answer(error.status ?? 500, error.status ? error : { type: "mock", title: String(error), status: 500 }, "application/problem+json");
  }
});

async function serve(response, path, csp) {
  const headers = (type) => ({ "content-type": type, ...(csp && { "content-security-policy": csp }) });
  try {
    const file = await readFile(extname(path) ? path : join(root, "dist/index.html"));
    response.writeHead(200, headers(TYPES[extname(path)] ?? "text/html"));
    response.end(file);
  } catch {
    response.writeHead(404).end();
  }
}

// WebSockets: the clients' and the relay page's

const wire = new WebSocketServer({ noServer: true });
server.on("upgrade", (request, socket, head) => {
  const handle = request.url === "/dev/relay" ? serveRelay : request.url === "/api/v1/ws" ? serveClient : null;
  if (handle) wire.handleUpgrade(request, socket, head, handle);
  else socket.destroy();
});

function serveClient(ws) {
  const send = (frame) => ws.send(JSON.stringify(frame));
  const socket = {
    wire: ws, user: null, device: null, open: false,
    push({ event, sees }) {
      if (this.open && sees(this.user)) send({ type: "event", cursor: event.cursor, data: event });
    },
    signal(data) {
      if (this.open) send({ type: "signal", topic: `user:${this.user}`, data });
    },
  };
  ws.on("message", async (text) => {
    const { id, type, data } = JSON.parse(text);
    const reply = (value) => send({ type: "reply", id, data: value });
    const refuse = (status, title) => send({ type: "error", id, data: { type: "mock", title, status } });
    if (type === "authenticate") {
      socket.user = tokens.get(data.token);
      if (!socket.user) return ws.close(4401);
      for (const other of sockets) if (other.device === data.device) other.wire.close(4409);
      socket.device = data.device;
      const { presence } = person(socket.user);
      if (presence.primary === "offline") {
        person(socket.user).presence = { ...presence, primary: "available", since: now() };
        emit("presence.changed", { user: socket.user, presence: person(socket.user).presence });
      }
      reply({ cursor: `0-${log.length}`, heartbeat_seconds: 3 });
    } else if (type === "subscribe") {
      socket.open = true;
      sockets.add(socket);
      const after = data.after ? Number(data.after.slice(2)) : log.length;
      reply({ cursor: `0-${log.length}`, topics: [] });
      for (const entry of log.slice(after)) socket.push(entry);
    } else if (type === "rtc.offer") {
      if (!relay) return refuse(503, "No relay page is open.");
      const answer = await askRelay({ type: "offer", device: data.device ?? socket.device, sdp: data.sdp, tracks: data.tracks });
      if (answer.error) return refuse(400, answer.error);
      published(socket, data.tracks);
      reply({ sdp: answer.sdp, node: "01938f5a-0000-7000-8000-00000000000d" });
    } else reply({});
  });
  ws.on("close", () => sockets.delete(socket));
}

let relay = null;
let asked = 0;
const waiting = new Map();
function serveRelay(ws) {
  relay = ws;
  ws.on("message", (text) => {
    const answer = JSON.parse(text);
    waiting.get(answer.id)?.(answer);
    waiting.delete(answer.id);
  });
  ws.on("close", () => (relay = relay === ws ? null : relay));
}
const askRelay = (question) =>
  new Promise((resolve) => {
    const id = ++asked;
    waiting.set(id, resolve);
    relay.send(JSON.stringify({ id, ...question }));
  });

/** Videos in calls: what real clients publish, and for the pretended other side one camera, with a screen if asked for. */
const video = new Map();
const tracksOf = (call) => video.get(call) ?? [];
function joined(call) {
  if (!call.video) return;
  const far = call.legs.find((leg) => ![...sockets].some((socket) => socket.device === leg.device)) ?? call.legs[0];
  const track = (source) => ({ id: randomUUID(), endpoint: far.device ?? far.id, user: far.user, source });
  video.set(call.id, [track("camera")]);
  for (const socket of sockets) socket.signal({ signal: "call_tracks", call: call.id, tracks: tracksOf(call.id) });
}
tools["/dev/screen"] = () => {
  for (const [call, tracks] of video) {
    tracks.push({ ...tracks[0], id: randomUUID(), source: "screen" });
    for (const socket of sockets) socket.signal({ signal: "call_tracks", call, tracks: [...tracks] });
  }
};
function published() {
  // Clients do not see each other's videos here: that needs the real relay.
}

setInterval(stats, 5_000).unref();
server.listen(port, "127.0.0.1", () => console.log(`http://127.0.0.1:${server.address().port}`));
