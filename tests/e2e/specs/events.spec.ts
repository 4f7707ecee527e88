// One log, told four ways: read by pages, as server-sent events, on the WebSocket (compressed, as `ws` asks for) and to a webhook. Through
// HAProxy where there are nodes.
import { randomUUID } from "node:crypto";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import WebSocket from "ws";
import { Api } from "../parts/api.ts";
import type { Server } from "../parts/server.ts";
import { expect, test } from "../parts/world.ts";

interface Told {
  cursor: string;
  type: string;
}

/** Server-sent events as they come, until the stream is let go. */
async function* stream(server: Server, token: string, query: string, after: string | undefined, until: AbortSignal): AsyncGenerator<Told & { id: string }> {
  const response = await fetch(`${server.url}/api/v1/events?${query}`, {
    headers: { authorization: `Bearer ${token}`, accept: "text/event-stream", ...(after === undefined ? {} : { "last-event-id": after }) },
    signal: until,
  });
  expect([response.status, response.headers.get("content-type")]).toEqual([200, "text/event-stream"]);
  let text = "";
  const reader = response.body!.pipeThrough(new TextDecoderStream()).getReader();
  for (let read = await reader.read(); !read.done; read = await reader.read()) {
    text += read.value;
    for (let end = text.indexOf("\n\n"); end >= 0; end = text.indexOf("\n\n")) {
      const block = text.slice(0, end);
      text = text.slice(end + 2);
      const field = (name: string) => block.split("\n").find((line) => line.startsWith(`${name}: `))?.slice(name.length + 2);
      const data = field("data");
      if (data !== undefined) yield { ...(JSON.parse(data) as Told), type: field("event") ?? JSON.parse(data).type, id: field("id")! };
    }
  }
}

test("the same events come by pages, as a stream, on the socket and to a webhook", async ({ world }) => {
  test.setTimeout(120_000);
  const server = await world.server();
  const [admin, amir] = [Api.as(server, "admin"), Api.as(server, "agent1")];
  const heard: Told[] = [];
  const receiver = createServer((request, response) => {
    let body = "";
    request.on("data", (chunk) => (body += chunk));
    request.on("end", () => {
      heard.push(JSON.parse(body));
      response.writeHead(204).end();
    });
  });
  await new Promise<void>((resolve) => receiver.listen(0, "127.0.0.1", resolve));
  const done = new AbortController();
  const { user } = await admin.get("/me");
  const chat = await amir.json("POST", "/chats", { kind: "direct", members: [user.id] });
  const url = `http://127.0.0.1:${(receiver.address() as AddressInfo).port}/`;
  await admin.json("POST", "/webhooks", { name: "all messages", url, kinds: ["chat.message.*"] });

  const told: (Told & { id: string })[] = [];
  let opened!: (cursor: string) => void;
  const from = new Promise<string>((resolve) => (opened = resolve));
  const streaming = (async () => {
    for await (const event of stream(server, admin.token, "kinds=chat.message.*", undefined, done.signal)) {
      if (event.type === "open") opened(event.id);
      else told.push(event);
    }
  })().catch((error: Error) => expect(error.name).toBe("AbortError"));
  const after = await from;

  const framed: Told[] = [];
  const socket = new WebSocket(`${server.url.replace(/^http/, "ws")}/api/v1/ws`);
  const live = new Promise<void>((resolve) => {
    socket.onopen = () => socket.send(JSON.stringify({ id: 1, type: "authenticate", data: { token: admin.token, device: randomUUID() } }));
    socket.onmessage = ({ data }) => {
      const frame = JSON.parse(String(data));
      if (frame.id === 1) socket.send(JSON.stringify({ id: 2, type: "subscribe", data: { after } }));
      else if (frame.id === 2) resolve();
      else if (frame.type === "event" && frame.data.type.startsWith("chat.message.")) framed.push(frame.data);
    };
  });
  await live;

  const count = 20;
  for (let n = 0; n < count; n++) await amir.json("POST", `/chats/${chat.id}/messages`, { client_id: randomUUID(), text: `${n} "ä\u2028` });
  await expect.poll(() => [told.length, framed.length, heard.length], { timeout: 60_000 }).toEqual([count, count, count]);
  const page = await admin.get(`/events?kinds=chat.message.*&after=${after}&limit=200`);
  expect(page.items.length).toBe(count);
  expect(told.map(({ id, ...event }) => [id, event])).toEqual(page.items.map((event: Told) => [event.cursor, event]));
  expect(framed).toEqual(page.items);
  expect(heard).toEqual(page.items);

  // Whoever comes back in the middle gets the rest, once.
  const rest: string[] = [];
  for await (const event of stream(server, admin.token, "kinds=chat.message.*", told[7]!.id, done.signal)) {
    if (event.type !== "open") rest.push(event.cursor);
    if (rest.length === count - 8) break;
  }
  expect(rest).toEqual(page.items.slice(8).map(({ cursor }: Told) => cursor));
  done.abort();
  await streaming;
  socket.close();
  receiver.close();
});
