#!/usr/bin/env node
// Says in a chat which customer calls: a receiver of webhooks that looks numbers up in a file, as others would in a CRM.
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { createServer } from "node:http";
import { TandemProblem } from "@tandem/sdk";
import { program, say, setting } from "./lib/program.mjs";
import { fault, keyOf } from "./lib/signature.mjs";
import { uuidOf } from "./lib/uuid.mjs";

const usage = `
Receives a webhook's events and posts to a chat which customer calls.

  TANDEM=http://127.0.0.1:8080 TANDEM_TOKEN=… WEBHOOK_SECRET=whsec_… node crm-dip.mjs --chat ID [--customers FILE] [--listen HOST:PORT]

  --chat ID            where to post; the token's user is a member
  --customers FILE     numbers, and who has them (customers.json)
  --listen HOST:PORT   where the webhook's messages arrive (127.0.0.1:9000)

The token needs chat:use. The webhook sends call.started, conversation.started or both: a call is told of once.
`;
const options = {
  chat: { type: "string" },
  customers: { type: "string", default: "customers.json" },
  listen: { type: "string", default: "127.0.0.1:9000" },
};

const LARGEST_BODY = 1024 * 1024;
/** The server asks that ids be remembered so long. */
const REMEMBERED_MS = 24 * 60 * 60 * 1000;

/** Spaces, dashes and brackets are for people. */
const plain = (number) => number.replace(/[\s\-./()]/g, "").replace(/^00/, "+");

function customersOf(file) {
  let known;
  try {
    known = JSON.parse(readFileSync(file, "utf8"));
  } catch (error) {
    throw new Error(`${file}: ${error.message}`);
  }
  return new Map(Object.entries(known).map(([number, customer]) => [plain(number), customer]));
}

/** The call an event tells the beginning of, and who calls. Calls that people of ours make are nobody's to look up. */
function callOf({ type, data }) {
  if (type === "call.started" && !data.leg.user) return { call: data.call, number: plain(data.leg.address) };
  if (type === "conversation.started" && data.call) return { call: data.call, number: plain(data.from) };
  return undefined;
}

/** The ids of messages that were taken. */
class Taken {
  #ids = new Map();

  has(id) {
    return this.#ids.has(id);
  }

  add(id) {
    const now = Date.now();
    this.#ids.set(id, now);
    // The oldest come first.
    for (const [each, at] of this.#ids) {
      if (now - at <= REMEMBERED_MS) break;
      this.#ids.delete(each);
    }
  }
}

async function bodyOf(request) {
  const chunks = [];
  let size = 0;
  for await (const chunk of request) {
    size += chunk.length;
    // Read to its end even so: the sender hears nothing before.
    if (size <= LARGEST_BODY) chunks.push(chunk);
  }
  return size <= LARGEST_BODY ? Buffer.concat(chunks) : undefined;
}

await program({ usage, options }, async (tandem, { chat, customers: file, listen }, stopping) => {
  if (!chat) throw new Error("--chat is missing: the id of the chat to post to");
  const [, host, port] = /^(.+):(\d+)$/.exec(listen) ?? [];
  if (!host) throw new Error(`--listen ${listen}: not HOST:PORT`);
  const key = keyOf(setting("WEBHOOK_SECRET", "the secret the server gave when the webhook was made"));
  const customers = customersOf(file);
  const taken = new Taken();
  // Found out now, not with the first customer.
  await tandem.chats.get(chat);

  async function tell(event) {
    const { call, number } = callOf(event) ?? {};
    const customer = customers.get(number);
    if (!customer) return;
    const text = `${number} calls: ${[customer.name, customer.note].filter(Boolean).join(" · ")}`;
    // The call's, not the event's: two events tell of it, and each may come twice. The key saves a lost answer, the client_id is for ever.
    const message = { client_id: uuidOf(`crm-dip:${call}`), text };
    await tandem.chats.messages.create(chat, message, { idempotencyKey: `crm-dip:${call}` });
    say(text);
  }

  /** The status to answer with, and words for whoever looks into the webhook's log. */
  async function take(request) {
    if (request.method !== "POST") return [405, "POST only"];
    const body = await bodyOf(request);
    if (!body) return [413, "too large"];
    const wrong = fault(key, request.headers, body);
    if (wrong) return [401, wrong];
    const id = request.headers["webhook-id"];
    if (taken.has(id)) return [200, "known"];
    try {
      await tell(JSON.parse(body));
    } catch (error) {
      say(`${id}: ${error.message}`);
      // 503 is tried again until it is taken; after 500 twelve times, and then the next event's turn comes.
      return [error instanceof TandemProblem && error.transient ? 503 : 500, error.message];
    }
    taken.add(id);
    return [200, "taken"];
  }

  const server = createServer(async (request, response) => {
    const [status, words] = await take(request).catch(() => [400, "broken off"]);
    response.writeHead(status, { "content-type": "text/plain; charset=utf-8" }).end(`${words}\n`);
  });
  server.listen(Number(port), host);
  await once(server, "listening");
  say(`listening on http://${host}:${server.address().port}/`);
  if (!stopping.aborted) await once(stopping, "abort");
  // Requests under way are answered first.
  server.close();
  await once(server, "close");
});
