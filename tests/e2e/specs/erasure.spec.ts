// Somebody is erased: what was theirs is nowhere any more, in no table, no log, no back-up of before; everything else stays.
import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gunzipSync } from "node:zlib";
import { Api } from "../parts/api.ts";
import { expect, test } from "../parts/world.ts";

const NAME = "Zaphod Quillfeather";
const WROTE = "the marmalade password is tangerine";

/** What lies in the files of an embedded database, as they are on disk. */
function files(folder: string): string {
  const names = readdirSync(folder).filter((name) => name.startsWith("tandem.db"));
  return names.map((name) => readFileSync(join(folder, name)).toString("latin1")).join("");
}

const unzipped = (file: string): string => gunzipSync(readFileSync(file)).toString("utf8");

test("who was erased is nowhere any more, and nothing else is missing", async ({ world }) => {
  test.setTimeout(180_000);
  const server = await world.server();
  const admin = Api.as(server, "admin");
  const agent = Api.as(server, "agent1");
  const backups = mkdtempSync(join(tmpdir(), "tandem-erasure-"));

  const password = "correct horse battery";
  const person = await admin.json("POST", "/people", { name: "zaphod", display_name: NAME, title: "Gone soon", roles: ["agent"], password });
  const session = await admin.json("POST", "/sessions", { name: "zaphod", password });
  const zaphod = new Api(server, session.token);
  const other = await agent.get("/me");
  const chat = await zaphod.json("POST", "/chats", { kind: "direct", members: [other.user.id] });
  await zaphod.json("POST", `/chats/${chat.id}/messages`, { client_id: crypto.randomUUID(), text: WROTE });
  await agent.json("POST", `/chats/${chat.id}/messages`, { client_id: crypto.randomUUID(), text: "noted" });
  await zaphod.json("PUT", "/me/presence", { primary: "busy", message: `${NAME} is out` });

  // Neither the log nor a back-up says it in plain text, and the back-up is of before.
  await server.operate(["backup", join(backups, "before"), "--keys", join(backups, "keys-before")]);
  expect(unzipped(join(backups, "before"))).not.toContain("Quillfeather");
  expect(unzipped(join(backups, "before"))).not.toContain(WROTE);
  expect(unzipped(join(backups, "before"))).toContain(person.id);

  // Not while they are active; then, in the browser.
  const early = await admin.request("POST", `/people/${person.id}/erase`);
  expect([early.status, (await early.json()).type]).toEqual([409, expect.stringContaining("still-active")]);
  await admin.json("POST", `/people/${person.id}/deactivate`);
  const ada = await world.person(server, "admin");
  await ada.page.goto(`${server.url}/admin?tab=people`);
  await ada.id("account-edit-zaphod").filter({ visible: true }).click();
  await ada.id("account-erase").click();
  await ada.id("confirm-do").click();
  // Said once everything is cleared, in steps: messages may be many.
  await expect(ada.id("toast").last()).toContainText("Erased.");
  const gone = await admin.get(`/people/${person.id}`);
  expect(gone).toMatchObject({ id: person.id, display_name: "[erased]", title: null, active: false, erased: true, presence: { message: null } });
  const { items } = await agent.get(`/chats/${chat.id}/messages`);
  expect(items.map(({ author, text }: { author: string; text: string }) => [author === person.id, text]).sort()).toEqual([
    [false, "noted"],
    [true, "[erased]"],
  ]);
  let after = "";
  let log = "";
  for (;;) {
    const page = await admin.get(`/events?limit=200${after && `&after=${after}`}`);
    log += JSON.stringify(page.items);
    if (page.items.length === 0) break;
    after = page.next;
  }
  expect(log).toContain(person.id);
  expect(log).toContain("user.erased");
  expect(log).not.toContain("Quillfeather");
  expect(log).not.toContain("marmalade");
  const again = await admin.request("POST", `/people/${person.id}/reactivate`);
  expect(again.status).toBe(409);
  expect((await admin.request("POST", "/sessions", { name: "zaphod", password })).status).toBe(401);
  expect(JSON.stringify(await admin.get("/audit?limit=100"))).not.toContain("Quillfeather");

  // On disk: what was written over is not left in the files either.
  if (process.env.TANDEM_E2E !== "cluster") {
    expect(files(server.data)).toContain(person.id);
    expect(files(server.data)).not.toContain("Quillfeather");
    expect(files(server.data)).not.toContain("marmalade");
  }
  await server.operate(["backup", join(backups, "after"), "--keys", join(backups, "keys-after")]);
  expect(unzipped(join(backups, "after"))).not.toContain("Quillfeather");

  // The back-up of before, read with the newest keys, brings nothing of it back. (The store's tests read one into PostgreSQL too.)
  if (process.env.TANDEM_E2E !== "cluster") {
    await server.operate(["restore", join(backups, "before"), "--keys", join(backups, "keys-after"), "--database", `sqlite:${join(backups, "restored.db")}`]);
    const restored = readdirSync(backups).filter((name) => name.startsWith("restored.db")).map((name) => readFileSync(join(backups, name)).toString("latin1"));
    expect(restored.join("")).toContain(person.id);
    expect(restored.join("")).not.toContain("Quillfeather");
    expect(restored.join("")).not.toContain("marmalade");
  }
  rmSync(backups, { recursive: true });
});
