// Divisions: what somebody who holds a role in some of them sees and may do, over REST and on an open socket.
import { Api, until } from "../parts/api.ts";
import { type Operation, bodies, nobody, operations } from "../parts/operations.ts";
import type { Server } from "../parts/server.ts";
import { Listening } from "../parts/tenants.ts";
import { expect, test } from "../parts/world.ts";

const password = "long enough 1";

interface Somebody {
  id: string;
  api: Api;
}

/** Somebody of a division, who holds `role` in these and nothing elsewhere. */
async function holder(server: Server, name: string, role: string, divisions: string[], belongs?: string): Promise<Somebody> {
  const admin = Api.as(server, "admin");
  const { id } = await admin.json("POST", `/people${belongs ? `?division=${belongs}` : ""}`, { name, display_name: name, roles: ["agent"], password });
  await admin.json("PUT", `/people/${id}/roles`, { roles: [], grants: [{ role, divisions }] });
  return { id, api: new Api(server, (await new Api(server, "").json("POST", "/sessions", { name, password })).token) };
}

const division = (server: Server, name: string): Promise<string> => Api.as(server, "admin").json("POST", "/divisions", { name }).then(({ id }) => id);

/** A refusal's status and the last part of its type; the status alone of what is no refusal. */
async function outcome(response: Response): Promise<string> {
  if (response.headers.get("content-type") !== "application/problem+json") return `${response.status}`;
  return `${response.status} ${((await response.json()).type as string).split("/").at(-1)}`;
}

const names = async (api: Api, path: string): Promise<string[]> => (await api.get(path)).items.map((each: any) => each.name ?? each.display_name ?? each.id).sort();

/** Two divisions with a queue, an agent and a supervisor each. */
async function two(server: Server) {
  const admin = Api.as(server, "admin");
  const made = async (name: string) => {
    const id = await division(server, name);
    const agent = await holder(server, `agent-${name.toLowerCase()}`, "agent", [id], id);
    const supervisor = await holder(server, `boss-${name.toLowerCase()}`, "supervisor", [id], id);
    const queue = await admin.json("POST", `/queues?division=${id}`, { name: `Queue ${name}`, members: [{ user: agent.id }] });
    return { id, agent, supervisor, queue };
  };
  return { admin, europe: await made("Europe"), asia: await made("Asia") };
}

test("a supervisor of one division sees its queues, agents and conversations, and neither sees nor changes another's", async ({ world }) => {
  test.setTimeout(120_000);
  const server = await world.server();
  const { admin, europe, asia } = await two(server);
  const { api } = europe.supervisor;

  expect(await names(api, "/queues")).toEqual(["Queue Europe"]);
  expect((await api.get("/queues/stats")).items.map((each: any) => each.queue)).toEqual([europe.queue.id]);
  expect(await names(api, "/agents")).toEqual(["agent-europe"]);
  expect(await names(api, "/divisions")).toEqual(["Europe"]);
  // Who works together finds each other: the directory is everybody's.
  expect(await names(api, "/people")).toContain("agent-asia");

  const settings = { name: "Queue Asia", members: [] };
  expect(await outcome(await api.request("GET", `/queues/${asia.queue.id}`))).toBe("404 not-found");
  expect(await outcome(await api.request("PUT", `/queues/${asia.queue.id}`, settings))).toBe("404 not-found");
  expect(await outcome(await api.request("PUT", `/agents/${asia.agent.id}/skills`, { skills: [] }))).toBe("403 other-division");
  expect(await outcome(await api.request("POST", `/queues?division=${asia.id}`, { name: "New", members: [] }))).toBe("404 not-found");
  expect(await outcome(await api.request("POST", "/queues", { name: "New", members: [] }))).toBe("403 other-division");
  expect((await api.json("POST", `/queues?division=${europe.id}`, { name: "Second", members: [] })).division).toBe(europe.id);
  expect(await outcome(await api.request("PUT", `/queues/${europe.queue.id}`, { name: "Queue Europe", members: [{ user: europe.agent.id }] }))).toBe("200");

  // An agent sees what they are a member of, wherever it belongs.
  expect(await names(asia.agent.api, "/queues")).toEqual(["Queue Asia"]);
  // Somebody who may look at both and change one of them.
  const both = await holder(server, "both", "supervisor", [europe.id]);
  await admin.json("POST", "/roles", { name: "watcher", title: "Watcher", permissions: ["queue:read", "queue:supervise"] });
  await admin.json("PUT", `/people/${both.id}/roles`, { roles: [], grants: [{ role: "supervisor", divisions: [europe.id] }, { role: "watcher", divisions: [asia.id] }] });
  expect(await names(both.api, "/queues")).toEqual(["Queue Asia", "Queue Europe", "Second"]);
  expect(await names(both.api, `/queues?division=${asia.id}`)).toEqual(["Queue Asia"]);
  expect(await outcome(await both.api.request("PUT", `/queues/${asia.queue.id}`, settings))).toBe("403 other-division");
  expect(await outcome(await both.api.request("POST", `/divisions/${europe.id}/things`, { kind: "queue", things: [asia.queue.id] }))).toBe("403 other-division");
  expect(await outcome(await both.api.request("POST", `/divisions/${asia.id}/things`, { kind: "queue", things: [europe.queue.id] }))).toBe("403 other-division");

  // A token is limited to its owner's divisions.
  const { token } = await api.json("POST", "/me/tokens", { name: "Export", scopes: ["queue:read", "queue:supervise"] });
  expect(await names(new Api(server, token), "/queues")).toEqual(["Queue Europe", "Second"]);
  expect(await outcome(await new Api(server, token).request("PUT", `/queues/${europe.queue.id}`, settings))).toBe("403 forbidden");
});

test("moving a queue changes at once what supervisors of both divisions see, its waiting caller and live numbers with it", async ({ world }) => {
  test.setTimeout(120_000);
  const server = await world.server();
  const { admin, europe, asia } = await two(server);
  const support = server.demo.queues[0]!.id;
  const ears = { europe: await Listening.start(server, europe.supervisor.api.token), asia: await Listening.start(server, asia.supervisor.api.token) };
  const conversations = (api: Api) => api.get("/conversations?active=true").then(({ items }) => items.length);
  const to = (division: string) => admin.json("POST", `/divisions/${division}/things`, { kind: "queue", things: [support] });

  const caller = await world.caller(server);
  caller.dial(`sip:${server.demo.numbers[0]}@${server.sip}`);
  const page = await until("a caller waits", () => admin.get("/conversations?active=true"), (page) => page.items[0]?.state === "queued", 40);
  const conversation = page.items[0].id as string;
  expect(await conversations(europe.supervisor.api)).toBe(0);
  expect(await outcome(await europe.supervisor.api.request("GET", `/conversations/${conversation}`))).toBe("404 not-found");

  await to(europe.id);
  expect(await names(europe.supervisor.api, "/queues")).toEqual(["Queue Europe", "Support"]);
  expect(await conversations(europe.supervisor.api)).toBe(1);
  expect(await outcome(await europe.supervisor.api.request("GET", `/conversations/${conversation}/decisions`))).toBe("200");
  expect(await conversations(asia.supervisor.api)).toBe(0);
  const told = (ear: Listening, kind: string) => ear.frames.filter((frame) => frame.type === "event" && frame.data.type === kind);
  await until("who supervises Europe is told", async () => told(ears.europe, "division.things.moved").length, (many) => many === 1);

  await to(asia.id);
  expect(await names(europe.supervisor.api, "/queues")).toEqual(["Queue Europe"]);
  expect(await outcome(await europe.supervisor.api.request("GET", `/conversations/${conversation}`))).toBe("404 not-found");
  expect(await conversations(asia.supervisor.api)).toBe(1);
  await until("both are told", async () => [told(ears.europe, "division.things.moved").length, told(ears.asia, "division.things.moved").length], ([first, second]) => first === 2 && second === 1);

  // What happens in it now, Asia hears and Europe does not.
  const before = ears.europe.frames.length;
  caller.hangUp();
  await until("Asia hears that the caller left", async () => told(ears.asia, "routing.left").length, (many) => many === 1);
  await until("Asia sees the new numbers", async () => ears.asia.frames.filter((frame) => frame.type === "signal" && frame.data.stats?.queue === support && frame.data.stats.waiting === 0).length, (many) => many > 0);
  // The last thing both hear comes after whatever else was on its way to Europe.
  await admin.json("PATCH", `/divisions/${asia.id}`, { name: "Asia-Pacific" });
  await until("Europe hears of the name", async () => told(ears.europe, "division.changed").length, (many) => many >= 1);
  const after = ears.europe.frames.slice(before).filter((frame) => JSON.stringify(frame).includes(support) || JSON.stringify(frame).includes(conversation));
  expect(after).toEqual([]);
  for (const ear of Object.values(ears)) ear.close();
});

test("an agent's state reaches the supervisors of the division they belong to, and no others", async ({ world }) => {
  const server = await world.server();
  const { admin, europe, asia } = await two(server);
  const ears = { europe: await Listening.start(server, europe.supervisor.api.token), asia: await Listening.start(server, asia.supervisor.api.token) };
  const states = (ear: Listening, user: string) => ear.frames.filter((frame) => frame.type === "signal" && frame.data.agent?.user === user).length;
  const agent = await Listening.start(server, europe.agent.api.token);
  await europe.agent.api.json("PUT", "/me/presence", { primary: "on_queue" });
  await until("Europe sees the agent", async () => states(ears.europe, europe.agent.id), (many) => many > 0);
  // Somebody moves to another division, and is seen there.
  await admin.json("POST", `/divisions/${asia.id}/things`, { kind: "person", things: [europe.agent.id] });
  await until("they are gone from Europe", () => names(europe.supervisor.api, "/agents"), (agents) => agents.length === 0);
  expect(await names(asia.supervisor.api, "/agents")).toEqual(["agent-asia", "agent-europe"]);
  const seen = states(ears.asia, europe.agent.id);
  await europe.agent.api.json("PUT", "/me/presence", { primary: "busy" });
  await until("Asia sees the agent", async () => states(ears.asia, europe.agent.id), (many) => many > seen);
  agent.close();
  for (const ear of Object.values(ears)) ear.close();
});

test("nobody gives in a division what they do not hold there, nor does anything to who may do more", async ({ world }) => {
  const server = await world.server();
  const { admin, europe, asia } = await two(server);
  const local = await holder(server, "local", "admin", [europe.id], europe.id);
  const set = (user: string, body: object) => local.api.request("PUT", `/people/${user}/roles`, body).then(outcome);

  const grant = (role: string, ...divisions: string[]) => ({ roles: [], grants: [{ role, divisions }] });
  expect(await set(europe.agent.id, grant("supervisor", europe.id))).toBe("204");
  expect(await local.api.get(`/people/${europe.agent.id}/roles`)).toEqual(grant("supervisor", europe.id));
  expect(await set(europe.agent.id, grant("supervisor", europe.id, asia.id))).toBe("403 not-yours-to-give");
  expect(await set(europe.agent.id, { roles: ["agent"] })).toBe("403 not-yours-to-give");
  expect(await set(europe.agent.id, grant("admin", europe.id))).toBe("204");
  expect(await set(asia.agent.id, grant("agent", europe.id))).toBe("403 other-division");
  expect(await outcome(await local.api.request("POST", `/people/${asia.agent.id}/deactivate`))).toBe("403 other-division");
  // Somebody of their own division who holds something elsewhere.
  await admin.json("PUT", `/people/${europe.supervisor.id}/roles`, grant("supervisor", europe.id, asia.id));
  expect(await outcome(await local.api.request("POST", `/people/${europe.supervisor.id}/deactivate`))).toBe("403 outranked");
  expect(await set(europe.supervisor.id, grant("supervisor", europe.id))).toBe("403 outranked");
  // What is the org's as a whole needs it in all divisions.
  expect((await local.api.get("/me")).permissions).not.toContain("audit:read");
  expect(await outcome(await local.api.request("GET", "/audit"))).toBe("403 forbidden");
  expect(await outcome(await local.api.request("POST", "/roles", { name: "mine", title: "Mine", permissions: ["queue:read"] }))).toBe("403 other-division");
  expect(await outcome(await local.api.request("POST", "/divisions", { name: "Mine" }))).toBe("403 forbidden");
  // An administrator of one division is not the org's last one.
  const me = (await admin.get("/me")).user.id;
  expect(await outcome(await admin.request("PUT", `/people/${me}/roles`, grant("admin", europe.id)))).toBe("409 last-administrator");
  expect(await outcome(await admin.request("PUT", `/people/${europe.agent.id}/roles`, grant("agent", nobody())))).toBe("422 invalid");
});

test("a division with things is removed only where another takes them, and Home never", async ({ world }) => {
  const server = await world.server();
  const { admin, europe, asia } = await two(server);
  const home = (await admin.get("/divisions")).items.find((each: any) => each.home).id as string;
  expect(await outcome(await admin.request("DELETE", `/divisions/${home}`))).toBe("409 built-in");
  expect(await outcome(await admin.request("PATCH", `/divisions/${home}`, { name: "House" }))).toBe("409 built-in");
  expect(await outcome(await admin.request("POST", "/divisions", { name: "Europe" }))).toBe("409 taken");
  expect(await outcome(await admin.request("DELETE", `/divisions/${europe.id}`))).toBe("409 division-has-things");
  expect(await outcome(await admin.request("DELETE", `/divisions/${europe.id}?move_to=${nobody()}`))).toBe("422 invalid");
  expect(await outcome(await admin.request("DELETE", `/divisions/${europe.id}?move_to=${europe.id}`))).toBe("422 invalid");
  expect(await outcome(await admin.request("DELETE", `/divisions/${europe.id}?move_to=${asia.id}`))).toBe("204");
  expect(await names(asia.supervisor.api, "/queues")).toEqual(["Queue Asia", "Queue Europe"]);
  expect((await admin.get(`/queues/${europe.queue.id}`)).division).toBe(asia.id);
  // What was held in it is held nowhere.
  expect(await admin.get(`/people/${europe.supervisor.id}/roles`)).toEqual({ roles: [], grants: [] });
  expect((await europe.supervisor.api.get("/me")).permissions).toEqual([]);
  const { items } = await admin.get("/divisions");
  expect(items.map((each: any) => [each.name, each.things.queue, each.things.person])).toEqual([["Home", 1, 4], ["Asia", 2, 4]]);
});

/** How each operation on things of a division answers somebody who administers another one. `nothing of it`: a list without them. */
const ELSEWHERE: Record<string, string> = {
  // The directory and the numbers are everybody's to see; skills, codes and the checking of a text are nobody's in particular.
  ...{ people_list: "200", numbers: "200", skills: "200", wrap_up_codes: "200", validate: "200", create_skill: "201" },
  ...{ add: "403 other-division", set_number: "403 other-division", create_phone: "403 other-division", phones: "nothing of it" },
  ...{ deactivatePerson: "403 other-division", reactivatePerson: "403 other-division", erasePerson: "403 other-division", resetSecondFactorOf: "403 other-division" },
  ...{ listSessionsOf: "403 other-division", endSessionsOf: "403 other-division", setRolesOf: "403 other-division" },
  ...{ listInvitations: "403 other-division", invite: "403 other-division", inviteAgain: "403 other-division", withdrawInvitation: "403 other-division", setEmailOf: "403 other-division" },
  ...{ createGroup: "403 other-division", changeGroup: "403 other-division", removeGroup: "403 other-division", addToGroup: "403 other-division", removeFromGroup: "403 other-division" },
  ...{ setRolesOfGroup: "403 other-division", createRole: "403 other-division", changeRole: "403 other-division", removeRole: "403 other-division" },
  ...{ queues_list: "nothing of it", stats: "nothing of it", queues_get: "404 not-found", queues_update: "404 not-found", queues_create: "403 other-division" },
  ...{ agents_list: "nothing of it", set_skills: "403 other-division" },
  ...{ conversations_list: "nothing of it", conversations_get: "404 not-found", decisions: "404 not-found", wrap_up: "404 not-found" },
  ...{ flows_list: "nothing of it", flows_get: "404 not-found", flows_update: "404 not-found", publish: "403 other-division" },
  // A division is the org's to change, and it is not one that they see.
  ...{ renameDivision: "403 forbidden", removeDivision: "403 forbidden", moveToDivision: "404 not-found" },
};

test("every operation on divided things asks for the division: a role in another one opens none of them", async ({ world }) => {
  test.setTimeout(120_000);
  const server = await world.server();
  const admin = Api.as(server, "admin");
  const reach = Object.fromEntries((await admin.get("/permissions")).items.map((each: any) => [each.name, each.reach]));
  const divided = (operation: Operation) =>
    operation.needs.flat().some((name) => reach[name] === "division") || operation.parameters.some((each) => each.name === "division");
  const all = (await operations(server)).filter(divided);
  expect(all.map((each) => each.id).sort()).toEqual(Object.keys(ELSEWHERE).sort());

  const [here, there] = [await division(server, "Here"), await division(server, "There")];
  const far = await holder(server, "far", "admin", [there], there);
  const caller = await world.caller(server);
  caller.dial(`sip:${server.demo.numbers[0]}@${server.sip}`);
  const waiting = await until("a caller waits", () => admin.get("/conversations?active=true"), (page) => page.items[0]?.state === "queued", 40);
  const user = (await Api.as(server, "agent1").get("/me")).user.id as string;
  const [flow, phone] = [(await admin.get("/flows")).items[0].id as string, (await admin.get("/phones")).items[0].id as string];
  const queue = server.demo.queues[0]!.id;
  const group = (await admin.json("POST", "/groups", { name: "Night shift" })).id as string;
  const invited = await admin.json("POST", "/invitations", { email: "new@acme.example", name: "newcomer", display_name: "New", roles: ["agent"] });
  for (const [kind, thing] of Object.entries({ person: user, queue, flow, phone, number: server.demo.numbers[0]! })) await admin.json("POST", `/divisions/${here}/things`, { kind, things: [thing] });
  const things: Record<string, string> = { user, queue, flow, number: encodeURIComponent(server.demo.numbers[0]!), conversation: waiting.items[0].id, division: here, role: "agent", group, invitation: invited.id };
  const ids = [user, queue, flow, phone, waiting.items[0].id as string];
  const giving: Record<string, unknown> = { moveToDivision: { kind: "queue", things: [queue] } };

  const found: Record<string, string> = {};
  for (const operation of all) {
    const path = operation.path.replaceAll(/\{(\w+)\}/g, (whole, name) => things[name] ?? whole);
    expect(path, operation.id).not.toContain("{");
    const body = operation.takesBody ? (giving[operation.id] ?? bodies[operation.id]!()) : undefined;
    const response = await far.api.request(operation.method, path, body);
    const text = await response.clone().text();
    const hidden = response.status === 200 && ELSEWHERE[operation.id] === "nothing of it" && !ids.some((id) => text.includes(id));
    found[operation.id] = hidden ? "nothing of it" : await outcome(response);
    // The same question of who holds the role in all divisions is not refused so.
    if (operation.method === "GET") expect((await admin.request("GET", path)).status, operation.id).toBe(200);
  }
  expect(found).toEqual(ELSEWHERE);
});

test("administrators make divisions and give roles in them on the screen; without any there is nothing of them", async ({ world }) => {
  test.setTimeout(120_000);
  const server = await world.server();
  const admin = await world.person(server, "admin");
  const { page } = admin;
  await page.goto(`${server.url}/admin?tab=people`);
  await expect(page.getByTestId("account-row").first()).toBeVisible();
  await expect(page.getByTestId("admin-division")).toHaveCount(0);
  await page.goto(`${server.url}/admin?tab=divisions`);
  await page.getByTestId("division-new").click();
  await page.getByLabel("Name").fill("Europe");
  await page.getByTestId("division-save").click();
  await expect(page.getByTestId("division-row")).toHaveCount(2);
  await page.goto(`${server.url}/admin?tab=people`);
  await page.getByTestId("account-edit-agent1").filter({ visible: true }).click();
  const drawer = page.getByTestId("account-drawer");
  await drawer.getByTestId("account-division").selectOption("Europe");
  await expect(page.getByText("belongs to another division now")).toBeVisible();
  await drawer.getByTestId("role-everywhere-agent").click();
  await drawer.getByLabel("Europe").check();
  await drawer.getByTestId("account-roles-save").click();
  await expect(page.getByText("holds other roles now")).toBeVisible();
  const api = Api.as(server, "admin");
  const agent = (await api.get("/people?query=agent1")).items[0];
  const [, europe] = (await api.get("/divisions")).items;
  expect(agent).toMatchObject({ division: europe.id, roles: [], grants: [{ role: "agent", divisions: [europe.id] }] });
  await page.keyboard.press("Escape");
  await page.getByTestId("admin-division").selectOption("Europe");
  await expect(page.getByTestId("account-row")).toHaveCount(1);
  await page.goto(`${server.url}/admin?tab=divisions`);
  await page.getByTestId("division-remove-Europe").filter({ visible: true }).click();
  await expect(page.getByTestId("division-remove")).toBeDisabled();
  await page.getByTestId("division-move-to").selectOption("Home");
  await page.getByTestId("division-remove").click();
  await expect(page.getByTestId("division-row")).toHaveCount(1);
});
