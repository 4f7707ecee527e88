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
    const event = JSON.parse(await came) as { type: string; data: { message: { text: string } } };
    expect([event.type, event.data.message.text]).toEqual(["chat.message.posted", "And once more"]);
  } finally {
    listener.closeAllConnections();
    listener.close();
  }
});
