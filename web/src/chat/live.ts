import type { ChatId, Message, MessageId } from "../api/types";
import { createStore, type Store } from "../store";

export type Messages = ReadonlyMap<MessageId, Message>;

/**
 * Messages that came over the socket or as answers to what was sent, by chat. They lie over the pages of history, so that a page that
 * was read a moment too early cannot hide them.
 */
const chats = new Map<ChatId, Store<Messages>>();

export function liveMessages(chat: ChatId): Store<Messages> {
  let store = chats.get(chat);
  if (!store) chats.set(chat, (store = createStore<Messages>(new Map())));
  return store;
}

export function putMessage(message: Message): void {
  liveMessages(message.chat).set((now) => {
    const old = now.get(message.id);
    return old && newer(old, message) === old ? now : new Map(now).set(message.id, message);
  });
}

/** The later of two states of one message. */
export function newer(a: Message, b: Message): Message {
  if (a.deleted !== b.deleted) return a.deleted ? a : b;
  return (a.edited_at ?? "") > (b.edited_at ?? "") ? a : b;
}

export function forgetMessages(): void {
  chats.clear();
}
