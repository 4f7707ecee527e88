import { post, put } from "../api/client";
import type { ChatId, Message } from "../api/types";
import { uuid } from "../socket/device";
import { persistentStore } from "../store";
import { putMessage } from "./live";
import { Outbox, type Outgoing } from "./outbox";

const isOutbox = (value: unknown): value is readonly Outgoing[] =>
  Array.isArray(value) && value.every((each: Partial<Outgoing>) => typeof each?.client_id === "string" && typeof each.chat === "string");

/** The tab's outbox. Kept per tab, so that two tabs do not send each other's messages. */
export const outbox = new Outbox(
  persistentStore<readonly Outgoing[]>("tandem.outbox", [], isOutbox, () => sessionStorage),
  ({ chat, client_id, text }) => post<Message>(`/chats/${chat}/messages`, { client_id, text }),
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
  post(`/chats/${chat}/typing`).catch(() => undefined);
}

export const markRead = (chat: ChatId, seq: number): Promise<void> => put(`/chats/${chat}/read`, { seq });
