// Programs that act for people: registered by an administrator, allowed by a person in the browser, used by the program itself.
import { createHash, randomBytes } from "node:crypto";
import { createServer, type Server as Listener } from "node:http";
import type { AddressInfo } from "node:net";
import { Api } from "../parts/api.ts";
import { looks, looksRight } from "../parts/looks.ts";
import type { Server } from "../parts/server.ts";
import { expect, test } from "../parts/world.ts";

interface Tokens {
  access_token: string;
  refresh_token: string;
  scope: string;
}

/** A program on somebody's own machine: it listens for the browser that comes back. */
class Program {
  readonly verifier = randomBytes(32).toString("base64url");
  // A program may send what looks like something else; it comes back unchanged.
  readonly state = "12345678901234567890";
  #listener!: Listener;
  #came!: Promise<URLSearchParams>;

  private constructor(
    readonly server: Server,
    readonly id: string,
    readonly secret: string,
  ) {}

  static async start(server: Server, id: string, secret: string): Promise<Program> {
    const program = new Program(server, id, secret);
    program.#came = new Promise((resolve) => {
      program.#listener = createServer((request, response) => {
        const url = new URL(request.url!, "http://127.0.0.1");
        if (url.pathname === "/callback") resolve(url.searchParams);
        response.setHeader("content-type", "text/html").end("<!doctype html><html lang=en><title>Done</title><main><h1>Back at the program</h1></main>");
      });
    });
    await new Promise<void>((resolve) => program.#listener.listen(0, "127.0.0.1", resolve));
    return program;
  }

  get redirect(): string {
    return `http://127.0.0.1:${(this.#listener.address() as AddressInfo).port}/callback`;
  }

  /** What the browser brought. */
  get came(): Promise<URLSearchParams> {
    return this.#came;
  }

  page(scope: string): string {
    const code_challenge = createHash("sha256").update(this.verifier).digest("base64url");
    const request = { response_type: "code", client_id: this.id, redirect_uri: this.redirect, scope, state: this.state, code_challenge, code_challenge_method: "S256" };
    return `${this.server.url}/oauth/authorize?${new URLSearchParams(request)}`;
  }

  async ask(path: string, fields: Record<string, string>): Promise<Response> {
    const basic = Buffer.from(`${this.id}:${this.secret}`).toString("base64");
    return fetch(`${this.server.url}/api/v1/oauth/${path}`, { method: "POST", headers: { authorization: `Basic ${basic}` }, body: new URLSearchParams(fields) });
  }

  async tokens(fields: Record<string, string>): Promise<Tokens> {
    const response = await this.ask("token", fields);
    expect(response.status, await response.clone().text()).toBe(200);
    return (await response.json()) as Tokens;
  }

  exchange(code: string): Promise<Tokens> {
    return this.tokens({ grant_type: "authorization_code", code, redirect_uri: this.redirect, code_verifier: this.verifier });
  }

  async refused(fields: Record<string, string>): Promise<string> {
    const response = await this.ask("token", fields);
    expect(response.status).toBe(400);
    return ((await response.json()) as { error: string }).error;
  }

  stop(): void {
    this.#listener.closeAllConnections();
    this.#listener.close();
  }
}

/** The token opens nothing any more; on other nodes as soon as they have heard of it. */
async function shutOut(server: Server, token: string): Promise<void> {
  await expect.poll(async () => (await new Api(server, token).request("GET", "/me")).status).toBe(401);
}

for (const [dark, width] of looks([
  [false, 1440],
  [true, 1440],
  [false, 375],
  [true, 375],
] as const)) {
  test(`an app is registered, allowed, used within its scopes and shut out when a token is stolen, ${dark ? "dark" : "light"}, ${width} px`, async ({ world }) => {
    const server = await world.server();
    const admin = await world.person(server, "admin", { dark, width });
    await admin.page.goto(`${server.url}/admin?tab=clients`);
    await expect(admin.page.getByText("Register a program, and it can ask")).toBeVisible();
    await looksRight(admin);
    await admin.id("client-new").click();
    const drawer = admin.id("client-drawer");
    await admin.id("client-save").click();
    await expect(drawer.getByText("Fill this in.")).toBeVisible();
    await drawer.locator("input[name=name]").fill("CRM");
    await drawer.locator("textarea[name=redirect_uris]").fill("http://127.0.0.1/callback");
    await admin.id("client-scope-people:read").check();
    await admin.id("client-scope-queue:write").check();
    await looksRight(admin);
    await admin.id("client-save").click();
    const id = await admin.id("client-id").inputValue();
    const secret = await admin.id("client-secret").inputValue();
    expect(secret).toMatch(/^tds_/);
    await looksRight(admin);
    await admin.id("client-done").click();
    await expect(admin.id("client-show-CRM").filter({ visible: true })).toBeVisible();
    await expect(admin.page.locator("body")).not.toContainText(secret);
    await looksRight(admin);

    const program = await Program.start(server, id, secret);
    try {
      const amir = await world.person(server, "agent1", { dark, width });
      await amir.page.goto(program.page("people:read queue:write"));
      await expect(amir.page.getByRole("heading", { level: 1, name: "CRM wants to act for you" })).toBeVisible();
      // An agent cannot give what only supervisors hold.
      await expect(amir.id("consent-scopes").getByRole("listitem")).toHaveText(["See the directory and presence."]);
      await looksRight(amir);
      await amir.id("consent-allow").focus();
      await amir.page.keyboard.press("Enter");
      await expect(amir.page.getByRole("heading", { name: "Back at the program" })).toBeVisible();
      const came = await program.came;
      expect([came.get("state"), came.get("iss")]).toEqual([program.state, server.url]);

      const first = await program.exchange(came.get("code")!);
      expect(first.scope).toBe("people:read");
      const api = new Api(server, first.access_token);
      expect((await api.get("/me")).user.name).toBe("agent1");
      expect((await api.request("GET", "/people")).status).toBe(200);
      expect((await api.request("GET", "/chats")).status).toBe(403);
      expect((await api.request("GET", "/queues")).status).toBe(403);

      await amir.page.goto(`${server.url}/settings/security`);
      await expect(amir.id("grant-row")).toContainText("CRM");
      await looksRight(amir);

      const second = await program.tokens({ grant_type: "refresh_token", refresh_token: first.refresh_token });
      expect(second.refresh_token).not.toBe(first.refresh_token);
      // Somebody brings the old one once more: all that came of it ends, and the page shows it.
      expect(await program.refused({ grant_type: "refresh_token", refresh_token: first.refresh_token })).toBe("invalid_grant");
      expect(await program.refused({ grant_type: "refresh_token", refresh_token: second.refresh_token })).toBe("invalid_grant");
      for (const { access_token } of [first, second]) await shutOut(server, access_token);
      await expect(amir.id("grant-row")).toHaveCount(0);
    } finally {
      program.stop();
    }
  });
}

/** Registers a program by the API. */
async function register(server: Server, settings: object): Promise<Program> {
  const made = await Api.as(server, "admin").json("POST", "/oauth/clients", { name: "CRM", confidential: true, scopes: ["people:read"], ...settings });
  return Program.start(server, made.client.id, made.secret);
}

test("who says no, or was sent by a stranger, allows nothing; access is removed in the settings", async ({ world }) => {
  const server = await world.server();
  const ways = ["authorization_code", "refresh_token"];
  const program = await register(server, { redirect_uris: ["http://127.0.0.1/callback"], grant_types: ways });
  const other = await register(server, { redirect_uris: ["http://127.0.0.1/callback"], grant_types: ways });
  try {
    const amir = await world.person(server, "agent1");
    await amir.page.goto(program.page("people:read"));
    await amir.id("consent-deny").click();
    await expect(amir.page.getByRole("heading", { name: "Back at the program" })).toBeVisible();
    const came = await program.came;
    expect([came.get("error"), came.get("code"), came.get("state")]).toEqual(["access_denied", null, program.state]);

    // A redirect that is not registered sends nobody anywhere.
    const page = new URL(program.page("people:read"));
    page.searchParams.set("redirect_uri", "https://evil.example/callback");
    await amir.page.goto(page.href);
    await expect(amir.page.getByRole("heading", { name: "This link does not work" })).toBeVisible();
    await expect(amir.id("consent-allow")).toHaveCount(0);
    await looksRight(amir);

    // Signed out, one signs in first and comes back to the question.
    await amir.page.evaluate(() => {
      localStorage.clear();
      sessionStorage.clear();
    });
    await amir.page.goto(other.page("people:read"));
    await amir.page.locator("input[name=name]").fill("agent1");
    await amir.page.locator("input[name=password]").fill(server.user("agent1").password);
    await amir.id("signin-submit").click();
    await amir.id("consent-allow").click();
    const code = (await other.came).get("code")!;
    expect((await other.came).get("state")).toBe(other.state);
    const tokens = await other.exchange(code);
    await amir.page.waitForURL((url) => url.pathname === "/callback");
    await amir.page.goto(`${server.url}/settings/security`);
    await amir.id("grant-end").click();
    await amir.id("confirm-do").click();
    await expect(amir.id("grant-row")).toHaveCount(0);
    await shutOut(server, tokens.access_token);
  } finally {
    program.stop();
    other.stop();
  }
});

for (const [dark, width] of looks([
  [false, 1440],
  [true, 375],
] as const)) {
  test(`a device is connected by its code, ${dark ? "dark" : "light"}, ${width} px`, async ({ world }) => {
    const server = await world.server();
    const program = await register(server, { grant_types: ["urn:ietf:params:oauth:grant-type:device_code", "refresh_token"] });
    program.stop();
    const begin = async () => (await (await program.ask("device_authorization", {})).json()) as { device_code: string; user_code: string; verification_uri: string };
    const poll = (device_code: string) => ({ grant_type: "urn:ietf:params:oauth:grant-type:device_code", device_code });
    const codes = await begin();
    expect(await program.refused(poll(codes.device_code))).toBe("authorization_pending");
    expect(await program.refused(poll(codes.device_code))).toBe("slow_down");

    const amir = await world.person(server, "agent1", { dark, width });
    await amir.page.goto(codes.verification_uri);
    await amir.page.locator("input[name=user_code]").fill("BBBB BBBB");
    await amir.id("device-next").click();
    await expect(amir.page.getByText("No device shows this code")).toBeVisible();
    await looksRight(amir);
    await amir.page.locator("input[name=user_code]").fill(codes.user_code.toLowerCase());
    await amir.page.keyboard.press("Enter");
    await expect(amir.page.getByRole("heading", { level: 1, name: "CRM wants to act for you" })).toBeVisible();
    await looksRight(amir);
    await amir.id("consent-allow").click();
    await expect(amir.page.getByRole("heading", { name: "The device is connected" })).toBeVisible();
    await looksRight(amir);
    const { access_token } = await program.tokens(poll(codes.device_code));
    expect((await new Api(server, access_token).get("/me")).user.name).toBe("agent1");
    expect(await program.refused(poll(codes.device_code))).toBe("invalid_grant");
  });
}

test("an app acts for itself, is in the directory, and gets another secret", async ({ world }) => {
  const server = await world.server();
  const program = await register(server, { name: "Export", grant_types: ["client_credentials"], roles: ["agent"] });
  program.stop();
  const { access_token } = await program.tokens({ grant_type: "client_credentials" });
  const me = await new Api(server, access_token).get("/me");
  expect([me.user.display_name, me.permissions]).toEqual(["Export", ["people:read"]]);
  const admin = await world.person(server, "admin");
  await admin.page.goto(`${server.url}/people/${me.user.id}`);
  await expect(admin.page.getByRole("heading", { name: "Export" })).toBeVisible();

  await admin.page.goto(`${server.url}/admin?tab=clients`);
  await admin.id("client-show-Export").filter({ visible: true }).click();
  await admin.id("client-new-secret").click();
  await admin.id("confirm-do").click();
  const secret = await admin.id("client-secret").inputValue();
  expect(secret).not.toBe(program.secret);
  await shutOut(server, access_token);
  expect((await program.ask("token", { grant_type: "client_credentials" })).status).toBe(401);
  await admin.id("client-done").click();
  await admin.id("client-remove-Export").filter({ visible: true }).click();
  await admin.id("confirm-do").click();
  await expect(admin.id("client-row")).toHaveCount(0);
});

test("agents and supervisors do not administer apps", async ({ world }) => {
  const server = await world.server();
  for (const name of ["agent1", "supervisor"]) expect((await Api.as(server, name).request("GET", "/oauth/clients")).status, name).toBe(403);
  const agent = await world.person(server, "agent1");
  await agent.page.goto(`${server.url}/admin?tab=clients`);
  await expect(agent.page.getByText("There is nothing here")).toBeVisible();
});
