#!/usr/bin/env node
// Answers commands in chats. It keeps its place in the log in a file, and misses nothing that was said while it was away.
import { readFileSync, renameSync, writeFileSync } from "node:fs";
import { TandemProblem } from "@tandem/sdk";
import { program, say } from "./lib/program.mjs";
import { uuidOf } from "./lib/uuid.mjs";

const usage = `
Answers !time and !echo TEXT in the chats its user is a member of.

  TANDEM=http://127.0.0.1:8080 TANDEM_TOKEN=… node chat-bot.mjs [--cursor FILE]

  --cursor FILE   where it keeps how far it has read (chat-bot.cursor)

The token needs chat:use.
`;
const options = { cursor: { type: "string", default: "chat-bot.cursor" } };

const COMMANDS = {
  time: () => new Date().toUTCString(),
  echo: (rest) => rest,
};

/** What is to be said to a text; nothing to most. */
function answer(text) {
  const [, command, rest = ""] = /^!(\w+)(?:\s+(.*))?$/s.exec(text) ?? [];
  return Object.hasOwn(COMMANDS, command ?? "") ? COMMANDS[command](rest) : "";
}

/** How far it has read, in a file. */
class Place {
  #kept;

  constructor(file) {
    this.file = file;
    try {
      this.#kept = readFileSync(file, "utf8").trim() || null;
    } catch (error) {
      if (error.code !== "ENOENT") throw error;
      this.#kept = null;
    }
    this.cursor = this.#kept;
  }

  keep() {
    if (this.cursor === this.#kept) return;
    // Renamed, so that a kill leaves the old one or the new one, not half of it.
    writeFileSync(`${this.file}.new`, `${this.cursor}\n`);
    renameSync(`${this.file}.new`, this.file);
    this.#kept = this.cursor;
  }
}

await program({ usage, options }, async (tandem, { cursor }, stopping) => {
  const { user } = await tandem.me.get();
  const place = new Place(cursor);
  // Not after every event: what is read twice is answered once.
  const keeping = setInterval(() => place.keep(), 1_000);

  async function event({ cursor, type, data: { message } }) {
    // Its own messages it does not answer, or two bots would talk for ever.
    const text = type === "chat.message.posted" && message.author !== user.id ? answer(message.text) : "";
    if (text) {
      // The same message has the same answer: posted again, the server knows it by its client_id, and needs no key.
      const reply = { client_id: uuidOf(`${user.id} answers ${message.id}`), text };
      await tandem.chats.messages.create(message.chat, reply, { idempotencyKey: null }).catch((error) => {
        if (!(error instanceof TandemProblem) || error.transient || error.status === 401) throw error;
        say(`no answer to ${message.id}: ${error.message}`);
      });
    }
    place.cursor = cursor;
  }

  try {
    await tandem.follow({
      after: place.cursor,
      live: ({ cursor, gap }) => {
        place.cursor = cursor;
        place.keep();
        say(`${user.display_name} answers${gap ? "; what was said before was missed" : ""}`);
      },
      event,
      lost: (why) => say(`${why}; trying again`),
      until: stopping,
    });
  } finally {
    clearInterval(keeping);
    place.keep();
  }
});
