// What begins with a link in a mail: an invitation, and another password. The mails are read where the server puts them by itself.
import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { SMTPServer, type SMTPServerOptions } from "smtp-server";
import { Api, until } from "../parts/api.ts";
import { faults } from "../parts/axe.ts";
import { looks } from "../parts/looks.ts";
import { BINARY, ON_CLUSTER, type Server } from "../parts/server.ts";
import { expect, test } from "../parts/world.ts";

// On the cluster each node has a folder of its own; what the mails say is the same.
test.skip(ON_CLUSTER, "mails of ten nodes lie in ten folders, and it has its own settings");

function mailsTo(server: Server, to: string): string[] {
  const folder = join(server.data, "mail");
  let names: string[] = [];
  try {
    names = readdirSync(folder).filter((name) => name.endsWith(".eml"));
  } catch {
    return [];
  }
  // Quoted-printable breaks long lines.
  const mails = names.map((name) => readFileSync(join(folder, name), "utf8").replaceAll("=\r\n", ""));
  return mails.filter((mail) => mail.includes(`<${to}>`));
}

/** The links of that kind in mails to somebody, in no order. */
const links = (server: Server, to: string, kind: "join" | "reset"): string[] =>
  mailsTo(server, to).flatMap((mail) => new RegExp(`https?://\\S+/${kind}#[\\w-]+`).exec(mail)?.[0] ?? []);

const link = (server: Server, to: string, kind: "join" | "reset", but: readonly string[] = []): Promise<string> =>
  until(`a mail to ${to}`, async () => links(server, to, kind).find((each) => !but.includes(each)), (each) => each !== undefined).then((each) => each!);

for (const [dark, width] of looks([
  [false, 1440],
  [true, 768],
  [true, 375],
] as const)) {
  test(`somebody is invited, joins, and forgets their password, ${dark ? "dark" : "light"}, ${width} px`, async ({ world }) => {
    const server = await world.server();
    const admin = await world.person(server, "admin", { dark, width });
    const { page } = admin;
    const to = "mia@acme.example";
    await page.goto(`${server.url}/admin`);
    await admin.id("invite").click();
    const drawer = admin.id("invite-drawer");
    await drawer.locator("input[name=email]").fill("nowhere");
    await drawer.locator("input[name=display_name]").fill("Mia <Wallace>");
    await drawer.locator("input[name=name]").fill("mia");
    await admin.id("invite-send").click();
    await expect(admin.id("refusal")).toHaveText("email: is no e-mail address");
    expect(await faults(admin)).toEqual([]);
    await drawer.locator("input[name=email]").fill(to);
    await admin.id("invite-send").click();
    const row = admin.id("invitation-row");
    await expect(row).toContainText("Mia <Wallace>");
    await expect(row).toContainText(to);
    expect(await faults(admin)).toEqual([]);
    const first = await link(server, to, "join");
    await admin.id("invitation-again").click();
    const second = await link(server, to, "join", [first]);

    // Only the last link works.
    await page.evaluate(() => localStorage.removeItem("tandem.token"));
    await page.goto(first);
    await expect(admin.id("link-ended")).toBeVisible();
    expect(await faults(admin)).toEqual([]);
    await page.goto(second);
    await expect(admin.id("join-who")).toContainText("Your login name is mia.");
    await page.locator("input[name=password]").fill("short");
    await admin.id("choose-password").click();
    await expect(page.getByText("At least 10 characters, and nothing that is soon guessed.")).toBeVisible();
    await page.locator("input[name=password]").fill("a good long one");
    await page.locator("input[name=again]").fill("a good long two");
    await admin.id("choose-password").click();
    await expect(page.getByText("The two are not the same.")).toBeVisible();
    expect(await faults(admin)).toEqual([]);
    await page.locator("input[name=password]").fill("mia-wallace-1");
    await page.locator("input[name=again]").fill("mia-wallace-1");
    await admin.id("choose-password").click();
    await expect(admin.id("refusal")).toContainText("little is left of it without your name");
    await page.locator("input[name=password]").fill("a good long one");
    await page.locator("input[name=again]").fill("a good long one");
    await admin.id("choose-password").click();
    await expect(admin.id("presence-menu").first()).toBeVisible();
    const signIn = async (password: string) => (await new Api(server, "").request("POST", "/sessions", { name: "mia", password })).status;
    expect(await signIn("a good long one")).toBe(201);
    await page.goto(second);
    await expect(admin.id("link-ended")).toBeVisible();

    // Forgotten.
    const token = await page.evaluate(() => JSON.parse(localStorage.getItem("tandem.token")!) as string);
    await page.evaluate(() => localStorage.removeItem("tandem.token"));
    await page.goto(`${server.url}/signin`);
    await admin.id("signin-forgot").click();
    await page.locator("input[name=login]").fill(to);
    expect(await faults(admin)).toEqual([]);
    await admin.id("forgot-send").click();
    await expect(admin.id("forgot-sent")).toBeVisible();
    expect(await faults(admin)).toEqual([]);
    await page.goto(await link(server, to, "reset"));
    await page.locator("input[name=password]").fill("another good one");
    await page.locator("input[name=again]").fill("another good one");
    expect(await faults(admin)).toEqual([]);
    await admin.id("choose-password").click();
    await expect(admin.id("reset-done")).toBeVisible();
    expect(await signIn("a good long one")).toBe(401);
    expect(await signIn("another good one")).toBe(201);
    // Where she was signed in she is no more, and she is told.
    await until("the mail that tells her", async () => mailsTo(server, to).some((mail) => mail.includes("has a new password")), Boolean);
    expect((await new Api(server, token).request("GET", "/me")).status).toBe(401);
  });
}

test("an invitation that was withdrawn lets nobody in", async ({ world }) => {
  const server = await world.server();
  const admin = await world.person(server, "admin");
  const to = "vince@acme.example";
  const body = { email: to, name: "vince", display_name: "Vince", roles: ["agent"] };
  await Api.as(server, "admin").json("POST", "/invitations", body);
  const token = (await link(server, to, "join")).split("#")[1]!;
  await admin.page.goto(`${server.url}/admin`);
  await admin.id("invitation-withdraw").click();
  await admin.id("confirm-do").click();
  await expect(admin.id("invitations")).toHaveCount(0);
  const answer = await new Api(server, "").request("POST", "/invitations/accept", { token, password: "a good long one" });
  expect(answer.status).toBe(404);
});

/** A mail server with a certificate that only those trust who know its authority. It says "later" once to who it does not know. */
class MailServer {
  readonly mails: string[] = [];
  readonly refused: string[] = [];
  connections = 0;
  readonly #server: SMTPServer;

  private constructor(options: SMTPServerOptions) {
    const known = new Set<string>();
    this.#server = new SMTPServer({
      ...options,
      onConnect: (_, done) => {
        this.connections++;
        done();
      },
      onAuth: ({ username, password }, _, done) => (username === "tandem" && password === "s3 cret@" ? done(null, { user: username }) : done(new Error("who?"))),
      onRcptTo: ({ address }, _, done) => {
        if (known.has(address)) return done();
        known.add(address);
        this.refused.push(address);
        done(Object.assign(new Error("4.7.1 come back later"), { responseCode: 450 }));
      },
      onData: (stream, session, done) => {
        const chunks: Buffer[] = [];
        stream.on("data", (chunk: Buffer) => chunks.push(chunk));
        stream.on("end", () => {
          if (session.secure && session.user === "tandem") this.mails.push(Buffer.concat(chunks).toString());
          done();
        });
      },
    });
    // A client that goes away in the middle is one of the things that are tried.
    this.#server.on("error", () => undefined);
  }

  static async start(options: SMTPServerOptions, port = 0): Promise<MailServer> {
    const server = new MailServer(options);
    await new Promise<void>((resolve, reject) => server.#server.once("error", reject).listen(port, "127.0.0.1", resolve));
    return server;
  }

  get port(): number {
    return (this.#server.server.address() as AddressInfo).port;
  }

  close(): Promise<void> {
    return new Promise((resolve) => this.#server.close(() => resolve()));
  }
}

test("a mail waits for a server that takes it encrypted, comes back when it is told to, and is delivered once", async ({ world }) => {
  const folder = mkdtempSync(join(tmpdir(), "tandem-mail-"));
  const issue = (args: string[]) => execFileSync(BINARY, ["ca", ...args, "--dir", folder]);
  issue(["init"]);
  issue(["issue", "--name", "localhost"]);
  const file = (name: string) => join(folder, name);
  writeFileSync(file("password"), "s3 cret@\n", { mode: 0o600 });
  const certificate = { key: readFileSync(file("localhost.key")), cert: readFileSync(file("localhost.crt")) };
  const plain = await MailServer.start({ disabledCommands: ["STARTTLS"], authOptional: true });
  const server = await world.server({
    TANDEM_MAIL: `smtp://tandem@localhost:${plain.port}`,
    TANDEM_MAIL_FROM: "Acme <tandem@acme.example>",
    TANDEM_MAIL_PASSWORD_FILE: file("password"),
    SSL_CERT_FILE: file("ca.crt"),
  });
  const admin = Api.as(server, "admin");
  await admin.json("POST", "/invitations", { email: "jules@acme.example", name: "jules", display_name: "Jules W.", roles: ["agent"] });
  await until("tries without encryption", async () => plain.connections, (tries) => tries >= 2);
  expect([plain.mails, plain.refused]).toEqual([[], []]);
  expect((await admin.get("/invitations")).items[0].sent_at).toBeFalsy();
  const { port } = plain;
  await plain.close();

  const mail = await MailServer.start(certificate, port);
  try {
    const [invited] = await until("the mail to be taken", async () => (await admin.get("/invitations")).items, ([each]) => !!each.sent_at);
    expect(invited.name).toBe("jules");
    expect(mail.refused).toEqual(["jules@acme.example"]);
    expect(mail.mails).toHaveLength(1);
    const [text] = mail.mails;
    expect(text).toContain("From: Acme <tandem@acme.example>");
    expect(text).toContain("Auto-Submitted: auto-generated");
    const found = /https?:\/\/\S+\/join#([\w-]+)/.exec(text!.replaceAll("=\r\n", ""))!;
    const joined = await new Api(server, "").json("POST", "/invitations/accept", { token: found[1], password: "a good long one" });
    expect(joined.me.user.email).toBe("jules@acme.example");
    // Another mail comes after it, so nothing of the first is on its way any more.
    await new Api(server, "").request("POST", "/password-resets", { login: "jules" });
    await until("the second mail", async () => mail.mails.length, (count) => count === 2);
    expect(mail.mails[1]).toContain("/reset#");
    expect(mail.connections).toBe(3);
  } finally {
    await mail.close();
    rmSync(folder, { recursive: true, force: true });
  }
});
