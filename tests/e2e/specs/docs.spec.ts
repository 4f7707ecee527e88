// What a newcomer is told to type works as it stands.
import { execFile } from "node:child_process";
import { readFileSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { promisify } from "node:util";
import { expect, test } from "../parts/world.ts";

const run = promisify(execFile);

// A reader of the API's page needs nothing of the web client.
test.use({ launchOptions: { executablePath: "/usr/bin/chromium", args: ["--no-sandbox"] } });

test("docs/api.md leads from a password to a message that arrives on a webhook", async ({ world }) => {
  const server = await world.server();
  const page = readFileSync(join(import.meta.dirname, "../../../docs/api.md"), "utf8");
  const blocks = [...page.matchAll(/```sh\n(.*?)```/gs)].map(([, block]) => block!);
  // Where the server is and who one is are this test's own; what listens, too.
  const typed = blocks.filter((block) => !block.startsWith("TANDEM=") && !block.startsWith("node "));
  expect(blocks.length - typed.length).toBe(2);
  expect(typed.length).toBeGreaterThanOrEqual(5);

  let arrived: (body: string) => void;
  const came = new Promise<string>((resolve) => (arrived = resolve));
  const listener = createServer((request, response) => {
    void text(request).then((body) => {
      response.writeHead(204).end();
      arrived(body);
    });
  });
  await new Promise<void>((resolve) => listener.listen(0, "127.0.0.1", resolve));
  try {
    const port = (listener.address() as AddressInfo).port;
    const script = typed.join("\n").replaceAll("http://127.0.0.1:9000/", `http://127.0.0.1:${port}/`);
    const env = { ...process.env, TANDEM: server.url, PASSWORD: server.user("admin").password };
    const { stdout } = await run("bash", ["-euo", "pipefail", "-c", script], { env, timeout: 60_000 });
    expect(stdout).toContain("Hello from curl");
    expect(stdout).toMatch(/^event: open$/m);
    expect(stdout).toMatch(/^id: \d+-\d+\ndata: \{.*"type":"chat\.created"/m);
    expect(stdout).toContain('"name":"incoming calls"');
    expect(stdout).toContain("precondition-failed");
    expect(stdout).not.toContain('"name":"all calls"');
    expect(stdout).toMatch(/^ratelimit: "client";r=\d+;t=\d+/im);
    const event = JSON.parse(await came) as { type: string; data: { message: { text: string } } };
    expect([event.type, event.data.message.text]).toEqual(["chat.message.posted", "And once more"]);
  } finally {
    listener.closeAllConnections();
    listener.close();
  }
});

test("the API's page sends requests, with what it was given or signed in with", async ({ world, page }) => {
  const server = await world.server();
  await page.goto(`${server.url}/docs`);
  const attempt = async (operation: string, button: string) => {
    const section = page.locator(`#${operation}`);
    await section.locator("summary").click();
    return { section, send: () => section.getByRole("button", { name: button }).click(), answer: section.locator("details pre") };
  };
  const me = await attempt("me_me", "Send GET");
  await me.send();
  await expect(me.answer).toContainText("401");

  const signIn = await attempt("signIn", "Send POST");
  const { name, password } = server.user("agent1");
  await signIn.section.locator("textarea").fill(JSON.stringify({ name, password }));
  await signIn.send();
  await expect(signIn.answer).toContainText("201");
  await me.section.locator("input[name=fields]").fill("user.name");
  await me.send();
  await expect(me.answer).toContainText('"name": "agent1"');
  await expect(me.answer).toContainText("ratelimit:");

  // What a body looks like is there already.
  const batch = await attempt("readBatch", "Send POST");
  await expect(batch.section.locator("textarea")).toHaveValue(/"requests"/);
});
