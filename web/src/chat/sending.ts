import { uuid } from "@tandem/sdk";
import { tandem } from "../api/client";
import type { ChatId } from "../api/types";
import { persistentStore } from "../store";
import { putMessage } from "./live";
import { Outbox, type Outgoing } from "./outbox";

const isOutbox = (value: unknown): value is readonly Outgoing[] =>
  Array.isArray(value) && value.every((each: Partial<Outgoing>) => typeof each?.client_id === "string" && typeof each.chat === "string");

/**
 * The tab's outbox. Kept per tab, so that two tabs do not send each other's messages. It tries again by itself, and shows that it does.
 */
export const outbox = new Outbox(
  persistentStore<readonly Outgoing[]>("tandem.outbox", [], isOutbox, () => sessionStorage),
  ({ chat, client_id, text }) => tandem.chats.messages.create(chat, { client_id, text }, { retries: 0 }),
  putMessage,
);

export function sendMessage(chat: ChatId, text: string): void {
  outbox.add({ client_id: uuid(), chat, text, at: Date.now() });
}

/** A typing signal counts for 4 s, so one every 3 s is enough. */
const TYPING_EVERY_MS = 3_000;
const lastTyping = new Map<ChatId, number>();

export function tellTyping(chat: ChatId): void {
  const now = Date.now();
  if (now - (lastTyping.get(chat) ?? 0) < TYPING_EVERY_MS) return;
  lastTyping.set(chat, now);
  tandem.chats.typing(chat, { retries: 0 }).catch(() => undefined);
}

export const markRead = (chat: ChatId, seq: number): Promise<void> => tandem.chats.read.set(chat, { seq });
