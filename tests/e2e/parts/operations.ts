// Every operation the server itself describes, each with a body that fits.
import { Api } from "./api.ts";
import type { Server } from "./server.ts";

export interface Operation {
  id: string;
  method: string;
  /** Relative to `/api/v1`, with `{parameters}`. */
  path: string;
  parameters: { name: string; in: string; schema: { type?: string } }[];
  /** Named by the description of its 403: the first of those it needs. */
  permission: string | undefined;
  /** All of those, each as the permissions of which one is enough. */
  needs: string[][];
  takesBody: boolean;
}

/** An id nobody has. */
export const nobody = (): string => crypto.randomUUID();

/** One that makes nobody more than anybody is. */
const provider = () => ({
  name: "Acme accounts", issuer: "https://accounts.acme.example", client_id: "tandem", roles: ["agent"], create_people: false, link_by_email: false,
  second_factor: false,
});

/** Bodies that read; the ids in them are nobody's. */
export const bodies: Record<string, () => unknown> = {
  set_skills: () => ({ skills: [] }),
  calls_create: () => ({ device: nobody(), to: { kind: "user", user: nobody() } }),
  answer: () => ({ device: nobody() }),
  dtmf: () => ({ digits: "1" }),
  hold: () => ({ held: true }),
  mute: () => ({ muted: true }),
  chats_create: () => ({ kind: "direct", members: [nobody()] }),
  post: () => ({ client_id: nobody(), text: "hello" }),
  edit: () => ({ text: "hello" }),
  mark_read: () => ({ seq: 1 }),
  wrap_up: () => ({ code: nobody() }),
  publish: () => ({ text: "" }),
  flows_update: () => ({ text: "" }),
  validate: () => ({ text: "" }),
  choose: () => ({ primary: "busy" }),
  set_number: () => ({ kind: "user", user: nobody() }),
  add: () => ({ name: `p${nobody()}`, display_name: "Somebody", roles: ["agent"], password: "long enough 1" }),
  create_phone: () => ({ user: nobody(), auth_user: `p${nobody()}` }),
  createTrunk: () => ({ name: `t${nobody()}`, out: { host: "192.0.2.1" } }),
  changeTrunk: () => ({ out: { host: "192.0.2.1" } }),
  queues_create: () => ({ name: nobody(), members: [] }),
  queues_update: () => ({ name: nobody(), members: [] }),
  signIn: () => ({ name: "nobody", password: "nothing" }),
  create_skill: () => ({ name: nobody() }),
  changeMyPassword: () => ({ current_password: "not the password", new_password: "long enough 1" }),
  offerSecondFactor: () => ({ password: "not the password" }),
  confirmSecondFactor: () => ({ code: "000000" }),
  disableSecondFactor: () => ({ password: "not the password" }),
  offerMyPasskey: () => ({ password: "not the password" }),
  addMyPasskey: () => ({ ceremony: "none", name: "My laptop", credential: {} }),
  renameMyPasskey: () => ({ name: "My laptop" }),
  signInWithPasskey: () => ({ ceremony: "none", credential: {} }),
  invite: () => ({ email: `p${nobody()}@acme.example`, name: `p${nobody()}`, display_name: "Somebody", roles: ["agent"] }),
  lookUpInvitation: () => ({ token: "tdi_none" }),
  acceptInvitation: () => ({ token: "tdi_none", password: "long enough 1" }),
  setEmailOf: () => ({ email: `p${nobody()}@acme.example` }),
  requestPasswordReset: () => ({ login: `p${nobody()}` }),
  completePasswordReset: () => ({ token: "tdw_none", new_password: "long enough 1" }),
  createMyToken: () => ({ name: "Export", scopes: ["chat:use"] }),
  createRole: () => ({ name: `r${nobody()}`, title: "Somebody", permissions: ["chat:use"] }),
  changeRole: () => ({ title: "Somebody", permissions: ["chat:use"] }),
  createDivision: () => ({ name: `Division ${nobody()}` }),
  renameDivision: () => ({ name: `Division ${nobody()}` }),
  moveToDivision: () => ({ kind: "queue", things: [nobody()] }),
  createGroup: () => ({ name: `g${nobody()}` }),
  changeGroup: () => ({ name: `g${nobody()}` }),
  setRolesOfGroup: () => ({ roles: ["agent"] }),
  setRolesOf: () => ({ roles: ["agent"] }),
  createClient: () => ({ name: "CRM", confidential: true, redirect_uris: ["https://crm.example/"], grant_types: ["authorization_code"], scopes: ["chat:use"] }),
  changeClient: () => ({ name: "CRM", confidential: true, redirect_uris: ["https://crm.example/"], grant_types: ["authorization_code"], scopes: ["chat:use"] }),
  decideAuthorization: () => ({ allow: true, request: { client_id: nobody(), redirect_uri: "https://crm.example/" } }),
  showDevice: () => ({ user_code: "BBBB-BBBB" }),
  decideDevice: () => ({ user_code: "BBBB-BBBB", allow: true }),
  createIdentityProvider: () => provider(),
  changeIdentityProvider: () => provider(),
  testIdentityProvider: () => ({ issuer: "https://127.0.0.1" }),
  changeSignInSettings: () => ({ passwords: "everybody" }),
  offerProviderSignIn: () => ({ provider: nobody() }),
  signInWithProvider: () => ({ ceremony: "none", org: nobody(), state: "none", code: "none" }),
  createWebhook: () => ({ name: "CRM", url: "https://crm.example/hook", kinds: ["call.*"] }),
  changeWebhook: () => ({ name: "CRM", url: "https://crm.example/hook", kinds: ["call.*"] }),
  readBatch: () => ({ requests: [{ path: "/me", fields: "user.name" }] }),
  replayWebhook: () => ({ after: "0-0" }),
};

export async function operations(server: Server): Promise<Operation[]> {
  const document: any = await Api.as(server, "admin").get("/openapi.json");
  return Object.entries<any>(document.paths).flatMap(([path, item]) =>
    Object.entries<any>(item).map(([method, operation]) => {
      const refused: string = operation.responses["403"]?.description ?? "";
      return {
        id: operation.operationId,
        method: method.toUpperCase(),
        path: path.replace("/api/v1", ""),
        parameters: operation.parameters ?? [],
        permission: /Needs `([a-z_:]+)`/.exec(refused)?.[1],
        needs: needs(refused),
        // What programs of OAuth ask for takes a form.
        takesBody: operation.requestBody?.content["application/json"] !== undefined,
      };
    }),
  );
}

/** "Needs `a`, and `b` or `c`; …" says `a` and one of `b` and `c`. */
function needs(refused: string): string[][] {
  const clauses = /Needs ([^;]*)/.exec(refused)?.[1]?.split(", and ") ?? [];
  return clauses.map((clause) => [...clause.matchAll(/`([a-z_]+:[a-z_]+)`/g)].map(([, name]) => name!)).filter((names) => names.length > 0);
}

/** Whether somebody with these permissions may ask for it, as far as they decide that. */
export const allowed = (operation: Operation, permissions: string[]): boolean => operation.needs.every((each) => each.some((name) => permissions.includes(name)));

/** The path with `value` for every parameter; a number stays one, as does an event's cursor, and a role's name begins with a letter. */
export function filled(operation: Operation, value?: () => string): string {
  const fixed: Record<string, string> = { number: "%2B15550199", event: "0-1", seq: "999999999" };
  const nobodys = (name: string) => (name === "role" ? `r${nobody()}` : nobody());
  return operation.path.replaceAll(/\{(\w+)\}/g, (_, name) => fixed[name] ?? value?.() ?? nobodys(name));
}

/** Makes one request with a body as it is. */
export async function raw(api: Api, method: string, path: string, body?: string | Uint8Array<ArrayBuffer>, contentType = "application/json"): Promise<Response> {
  return fetch(`${api.server.url}/api/v1${path}`, {
    method,
    headers: { authorization: `Bearer ${api.token}`, ...(body === undefined ? {} : { "content-type": contentType }) },
    body: body ?? null,
  });
}

/** What a refusal is missing of RFC 9457; empty when it is one. */
export async function notAProblem(response: Response): Promise<string> {
  const text = await response.text();
  if (response.headers.get("content-type") !== "application/problem+json") return `no problem+json: ${response.status} ${text}`;
  const problem = JSON.parse(text);
  const named = typeof problem.type === "string" && typeof problem.title === "string" && problem.title !== "";
  return problem.status === response.status && named ? "" : `not typed: ${response.status} ${text}`;
}
