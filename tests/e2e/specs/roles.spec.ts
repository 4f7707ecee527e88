// Who may do what: every operation the document describes, by everybody there can be.
import { Api } from "../parts/api.ts";
import { type Operation, allowed, bodies, filled, notAProblem, operations } from "../parts/operations.ts";
import type { Server } from "../parts/server.ts";
import { expect, test } from "../parts/world.ts";

/** Ends the caller's own session, or begins one: asked by itself. */
const OF_THE_SESSION = ["signOut", "signIn", "connect"];

/** Needs no session: signing in, the socket, whose first frame authenticates, what programs of OAuth ask with their own secret, and links in mails. */
const PUBLIC = [
  ...["authorizeDevice", "connect", "getToken", "offerPasskeySignIn", "revokeToken", "signIn", "signInWithPasskey"],
  ...["listSignInOptions", "offerProviderSignIn", "signInWithProvider"],
  ...["acceptInvitation", "completePasswordReset", "lookUpInvitation", "requestPasswordReset"],
];

/** Needs a session and nothing else: one's own account, what one was allowed to see anyway, and what one allows programs. */
const NO_PERMISSION = [
  ...["listEvents", "me_me", "choose", "signOut"],
  ...["changeMyPassword", "mySecondFactor", "offerSecondFactor", "confirmSecondFactor", "disableSecondFactor"],
  ...["listMySessions", "endMyOtherSessions", "endMySession", "listMyTokens", "createMyToken", "revokeMyToken", "listMyGrants", "endMyGrant"],
  ...["listMyPasskeys", "offerMyPasskey", "addMyPasskey", "renameMyPasskey", "removeMyPasskey"],
  ...["showAuthorization", "decideAuthorization", "showDevice", "decideDevice", "readBatch"],
  ...["listDivisions", "moveToDivision"],
];

/** A permission one does not hold cannot be given on, so what is given is none. */
const body = (operation: Operation): unknown => {
  const giving: Record<string, unknown> = {
    createMyToken: { name: "Export", scopes: [] },
    createRole: { name: `r${crypto.randomUUID()}`, title: "Somebody", permissions: [] },
    add: { name: `p${crypto.randomUUID()}`, display_name: "Somebody", roles: [], password: "long enough 1" },
  };
  return operation.takesBody ? (giving[operation.id] ?? bodies[operation.id]!()) : undefined;
};

interface Answer {
  status: number;
  /** The last part of a problem's type. */
  kind: string;
}

async function ask(api: Api, operation: Operation): Promise<Answer & { fault: string }> {
  const response = await api.request(operation.method, filled(operation), body(operation));
  const problem = response.headers.get("content-type") === "application/problem+json";
  const kind = problem ? ((await response.clone().json()).type as string).split("/").at(-1)! : "";
  // What programs of OAuth are told has RFC 6749's shape.
  const fault = response.status >= 400 && !["authorizeDevice", "getToken", "revokeToken"].includes(operation.id) ? await notAProblem(response) : "";
  return { status: response.status, kind, fault };
}

/** Somebody new who holds exactly these permissions, by a role of the organisation's own. */
async function holder(server: Server, name: string, permissions: string[]): Promise<Api> {
  const admin = Api.as(server, "admin");
  await admin.json("POST", "/roles", { name, title: name, permissions });
  const password = "long enough 1";
  await admin.json("POST", "/people", { name, display_name: name, roles: [name], password });
  return new Api(server, (await new Api(server, "").json("POST", "/sessions", { name, password })).token);
}

/** What is not as the document says for somebody with these permissions. */
async function wrongFor(who: string, api: Api, all: Operation[], permissions: string[]): Promise<string[]> {
  const wrong: string[] = [];
  for (const operation of all.filter((each) => !OF_THE_SESSION.includes(each.id))) {
    const { status, kind, fault } = await ask(api, operation);
    if (fault) wrong.push(`${who}, ${operation.id}: ${fault}`);
    if (status >= 500 || (status === 401 && !PUBLIC.includes(operation.id))) wrong.push(`${who}, ${operation.id}: ${status}`);
    const refused = status === 403 && kind === "forbidden";
    if (allowed(operation, permissions) === refused) wrong.push(`${who}, ${operation.id}, which needs ${JSON.stringify(operation.needs)}: ${status} ${kind}`);
  }
  return wrong;
}

test("every operation says which permission it needs, or is one of those that need none", async ({ world }) => {
  const server = await world.server();
  const all = await operations(server);
  const { items } = await Api.as(server, "admin").get<{ items: { name: string }[] }>("/permissions");
  const known = items.map((each) => each.name);
  const none = all.filter((each) => each.needs.length === 0).map((each) => each.id);
  expect(none.sort()).toEqual([...NO_PERMISSION, ...PUBLIC].sort());
  expect(all.filter((each) => !each.needs.flat().every((name) => known.includes(name))).map((each) => each.id)).toEqual([]);
  // No permission is there for nothing; this one widens what others show.
  const used = new Set(all.flatMap((each) => each.needs.flat()));
  expect(known.filter((each) => !used.has(each))).toEqual(["call:supervise"]);
});

test("who holds no permission, or exactly one, may do what the document says and nothing else", async ({ world }) => {
  test.setTimeout(240_000);
  const server = await world.server();
  const all = await operations(server);
  const { items } = await Api.as(server, "admin").get<{ items: { name: string }[] }>("/permissions");
  // No role is without permissions, but a token is whose owner holds none of its own any more.
  const owner = await holder(server, "none", ["node:view"]);
  const none = new Api(server, (await owner.json("POST", "/me/tokens", { name: "Nothing", scopes: ["node:view"] })).token);
  await Api.as(server, "admin").json("PUT", "/roles/none", { title: "None of those", permissions: ["chat:use"] });
  expect((await none.get("/me")).permissions).toEqual([]);
  const wrong = await wrongFor("who holds none", none, all, []);
  for (const { name } of items) {
    const api = await holder(server, name.replace(":", "-"), [name]);
    expect((await api.get("/me")).permissions).toEqual([name]);
    wrong.push(...(await wrongFor(name, api, all, [name])));
  }
  expect(wrong).toEqual([]);
});

test("agents, supervisors and administrators may do what their permissions say", async ({ world }) => {
  test.setTimeout(120_000);
  const server = await world.server();
  const all = await operations(server);
  const wrong: string[] = [];
  for (const name of ["agent1", "supervisor", "admin"]) {
    const api = Api.as(server, name);
    wrong.push(...(await wrongFor(name, api, all, (await api.get("/me")).permissions)));
  }
  expect(wrong).toEqual([]);
});

test("without a session, or with one that ended, there is nothing but the door", async ({ world }) => {
  test.setTimeout(120_000);
  const server = await world.server();
  const all = await operations(server);
  const { name, password } = server.user("admin");
  const session = () => new Api(server, "").json("POST", "/sessions", { name, password });
  const ended = new Api(server, (await session()).token);
  await ended.json("DELETE", "/sessions/current");
  const admin = Api.as(server, "admin");
  const { token, info } = await admin.json("POST", "/me/tokens", { name: "Export", scopes: ["people:read"], expires_in_days: 1 });
  await admin.json("DELETE", `/me/tokens/${info.id}`);
  const gone = await holder(server, "gone", ["people:read"]);
  const me = (await gone.get("/me")).user.id;
  await admin.json("POST", `/people/${me}/deactivate`);

  const wrong: string[] = [];
  const strangers = { "no token": undefined, "an empty one": "", "one that was invented": "tdm_invented", "a session that ended": ended.token, "a token taken back": token as string, "somebody deactivated": gone.token };
  for (const [who, bearer] of Object.entries(strangers)) {
    for (const operation of all) {
      const given = body(operation);
      const headers = { ...(bearer === undefined ? {} : { authorization: `Bearer ${bearer}` }), ...(given === undefined ? {} : { "content-type": "application/json" }) };
      const response = await fetch(`${server.url}/api/v1${filled(operation)}`, { method: operation.method, headers, body: given === undefined ? null : JSON.stringify(given) });
      const kind = response.headers.get("content-type") === "application/problem+json" ? (await response.json()).type : "";
      const refused = response.status === 401 && kind.endsWith("/unauthenticated");
      if (refused === PUBLIC.includes(operation.id)) wrong.push(`${who}, ${operation.id}: ${response.status} ${kind}`);
      if (response.status >= 500) wrong.push(`${who}, ${operation.id}: ${response.status}`);
    }
  }
  expect(wrong).toEqual([]);
});
