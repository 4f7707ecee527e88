// Two organisations of one Tandem, each with one of everything, and what each has.
import { createHash, randomUUID } from "node:crypto";
import { createServer, type Server as Listener } from "node:http";
import type { AddressInfo } from "node:net";
import WebSocket from "ws";
import { Api, until } from "./api.ts";
import { bodies } from "./operations.ts";
import type { Server } from "./server.ts";
import type { World } from "./world.ts";

/** What an organisation has, by the name a path's parameter or a body's field has for it. */
export interface Things {
  user: string;
  device: string;
  chat: string;
  message: string;
  client_id: string;
  queue: string;
  skill: string;
  code: string;
  flow: string;
  number: string;
  trunk: string;
  role: string;
  division: string;
  group: string;
  webhook: string;
  provider: string;
  event: string;
  client: string;
  secret: string;
  /** An authorization code nobody used yet. */
  authorization: string;
  refresh_token: string;
  access_token: string;
  device_code: string;
  user_code: string;
  grant: string;
  session: string;
  token: string;
  call: string;
  conversation: string;
  passkey: string;
  invitation: string;
  /** Of an audit entry. */
  seq: string;
  id: string;
}

export interface Tenant {
  name: string;
  org: string;
  admin: Api;
  /** Another one of it, whose device is connected. */
  person: Api;
  things: Things;
}

const VERIFIER = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
export const REDIRECT = "https://crm.example/cb";

/** What a program asks of a person. */
export const authorization = (client: string) => ({
  response_type: "code", client_id: client, redirect_uri: REDIRECT, scope: "people:read chat:use", state: "s",
  code_challenge: createHash("sha256").update(VERIFIER).digest("base64url"), code_challenge_method: "S256",
});

/** Fields with which a program brings a code. */
export const exchange = (code: string) => ({ grant_type: "authorization_code", code, redirect_uri: REDIRECT, code_verifier: VERIFIER });

/** Asks as a program does: a form, with its secret in the header. */
export function asProgram(server: Server, { client, secret }: { client: string; secret: string }, path: string, fields: Record<string, string>): Promise<Response> {
  const headers = { authorization: `Basic ${Buffer.from(`${client}:${secret}`).toString("base64")}` };
  return fetch(`${server.url}/api/v1${path}`, { method: "POST", headers, body: new URLSearchParams(fields) });
}

/** A device's socket that subscribed to all it may see, and keeps what it is sent. */
export class Listening {
  readonly frames: any[] = [];
  readonly device = randomUUID();
  #next = 1;
  #beat: NodeJS.Timeout | undefined;

  private constructor(readonly socket: WebSocket) {
    socket.on("message", (text) => this.frames.push(JSON.parse(text.toString())));
  }

  static async start(server: Server, token: string, topics: string[] = []): Promise<Listening> {
    const socket = new WebSocket(`${server.url.replace("http", "ws")}/api/v1/ws`);
    const listening = new Listening(socket);
    await new Promise((resolve, reject) => socket.once("open", resolve).once("error", reject));
    await listening.ask("authenticate", { token, device: listening.device });
    await listening.ask("subscribe", { topics });
    listening.#beat = setInterval(() => listening.#send("heartbeat", { active: true }), 3_000);
    return listening;
  }

  /** The answer's data. */
  async ask(type: string, data: object): Promise<any> {
    const id = this.#send(type, data);
    const answer = await until(`an answer to ${type}`, async () => this.frames.find((each) => each.id === id), (each) => each !== undefined);
    if (answer.type !== "reply") throw new Error(`${type}: ${JSON.stringify(answer)}`);
    return answer.data;
  }

  #send(type: string, data: object): number {
    const id = this.#next++;
    this.socket.send(JSON.stringify({ id, type, data }));
    return id;
  }

  close(): void {
    clearInterval(this.#beat);
    this.socket.close();
  }
}

/** A system elsewhere that takes whatever it is told. */
export class Told {
  readonly events: any[] = [];
  #listener!: Listener;

  static async start(): Promise<Told> {
    const told = new Told();
    told.#listener = createServer(async (request, response) => {
      const chunks: Buffer[] = [];
      for await (const chunk of request) chunks.push(chunk as Buffer);
      told.events.push(JSON.parse(Buffer.concat(chunks).toString()));
      response.writeHead(204).end();
    });
    await new Promise<void>((resolve) => told.#listener.listen(0, "127.0.0.1", resolve));
    return told;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.#listener.address() as AddressInfo).port}/hook`;
  }

  close(): void {
    this.#listener.closeAllConnections();
    this.#listener.close();
  }
}

const flowOf = (name: string) => `schema = 1\nname = "Flow of ${name}"\nstart = "wait"\n\n[nodes.wait]\ntype = "queue"\nqueue = "Queue of ${name}"\nmusic = ["music"]\n`;

/** Makes one of everything for whoever `admin` administers. A call waits in the org's queue where `caller` can make one. */
export async function fill(server: Server, given: { name: string; org: string; admin: Api; person: Api; other: string; device: string; number: string; flow: string | undefined; call: () => Promise<{ call: string; conversation: string }> }): Promise<Tenant> {
  const { name, admin, person } = given;
  const me = (await person.get("/me")).user.id;
  const chat = await person.json("POST", "/chats", { kind: "direct", members: [given.other] });
  const client_id = randomUUID();
  const message = await person.json("POST", `/chats/${chat.id}/messages`, { client_id, text: `of ${name}` });
  await person.json("PUT", `/chats/${chat.id}/read`, { seq: 1 });
  const skill = await admin.json("POST", "/skills", { name: `Skill of ${name}` });
  await admin.json("PUT", `/agents/${me}/skills`, { skills: [{ skill: skill.id, level: 3 }] });
  const queue = await admin.json("POST", "/queues", { name: `Queue of ${name}`, members: [{ user: me }], skills: [{ skill: skill.id, level: 1 }] });
  const role = `role-${name}`;
  await admin.json("POST", "/roles", { name: role, title: `Role of ${name}`, permissions: ["chat:use"] });
  const division = (await admin.json("POST", "/divisions", { name: `Division of ${name}` })).id;
  const group = (await admin.json("POST", "/groups", { name: `Group of ${name}` })).id;
  await admin.json("PUT", `/groups/${group}/members/${me}`);
  const flow = given.flow ?? (await admin.json("POST", "/flows", { text: flowOf(name) })).id;
  await admin.json("PUT", `/numbers/${encodeURIComponent(given.number)}`, { kind: "flow", flow });

  const trunk = `trunk-${name}`;
  await admin.json("POST", "/trunks", { name: trunk, out: { host: "192.0.2.1" } });

  const registered = await admin.json("POST", "/oauth/clients", {
    name: `CRM of ${name}`, confidential: true, redirect_uris: [REDIRECT], scopes: ["people:read", "chat:use"],
    grant_types: ["authorization_code", "refresh_token", "urn:ietf:params:oauth:grant-type:device_code"],
  });
  const program = { client: registered.client.id as string, secret: registered.secret as string };
  const code = async () => {
    const { location } = await person.json("POST", "/oauth/authorize", { allow: true, request: authorization(program.client) });
    return new URL(location).searchParams.get("code")!;
  };
  const tokens: any = await (await asProgram(server, program, "/oauth/token", exchange(await code()))).json();
  const device: any = await (await asProgram(server, program, "/oauth/device_authorization", {})).json();
  const grant = (await person.get("/me/grants")).items[0].grant;

  const invited = await admin.json("POST", "/invitations", { email: `guest@${name}.example`, name: "guest", display_name: `Guest of ${name}`, roles: ["agent"] });

  const mine = (await person.get("/me/sessions")).items;
  const token = (await person.json("POST", "/me/tokens", { name: `Export of ${name}`, scopes: ["chat:use"] })).info.id;

  // It is told of something, and then rests: what became of that stays as it is.
  const receiver = await Told.start();
  const settings = { name: `Hook of ${name}`, url: receiver.url };
  const webhook = (await admin.json("POST", "/webhooks", settings)).webhook.id;
  await admin.json("POST", `/webhooks/${webhook}/ping`);
  const [delivery] = (await until("a delivery", () => admin.get(`/webhooks/${webhook}/deliveries`), (page) => page.items.length > 0)).items;
  await admin.json("PUT", `/webhooks/${webhook}`, { ...settings, paused: true });
  receiver.close();
  const provider = (await admin.json("POST", "/identity-providers", bodies.createIdentityProvider!())).id;
  const codes = (await admin.get("/wrap-up-codes")).items;

  const tenant: Tenant = {
    name, org: given.org, admin, person,
    things: {
      user: me, device: given.device, chat: chat.id, message: message.id, client_id, queue: queue.id, skill: skill.id, code: codes[0]?.id ?? randomUUID(), flow,
      number: given.number, trunk, role, division, group, webhook, provider, event: delivery.event, client: program.client, secret: program.secret, authorization: await code(),
      refresh_token: tokens.refresh_token, access_token: tokens.access_token, device_code: device.device_code, user_code: device.user_code, grant,
      session: mine[0].id, token, ...(await given.call()),
      // A passkey needs an authenticator: `platform/edge/tests/edge/passkeys.rs` has those of two people.
      passkey: randomUUID(),
      invitation: invited.id,
      seq: "1",
      // No job of this server waits for long enough to be asked for: `platform/cluster/tests` has those of two orgs.
      id: randomUUID(),
    },
  };
  const lacking = Object.entries(tenant.things).flatMap(([what, id]) => (typeof id === "string" && id !== "" ? [] : [what]));
  if (lacking.length > 0) throw new Error(`${name} has no ${lacking.join(", ")}`);
  return tenant;
}
