import type { Chat, Message } from "../api/types";

/** The chat once `message` was posted. A repeat changes nothing. */
export function withPosted(chat: Chat, message: Message, me: string | undefined): Chat {
  const last = chat.last_message;
  if (last && last.seq >= message.seq) return chat;
  const counts = message.author !== me && message.seq > chat.read_seq;
  return { ...chat, last_message: message, unread: chat.unread + (counts ? 1 : 0) };
}

/** The chat once up to `seq` was read. */
export function withRead(chat: Chat, seq: number): Chat {
  if (seq <= chat.read_seq) return chat;
  const newest = chat.last_message?.seq ?? 0;
  // Whose messages lie above `seq` is not known here, so what remains is at most their number.
  return { ...chat, read_seq: seq, unread: seq >= newest ? 0 : Math.min(chat.unread, newest - seq) };
}
