import type { Message, UserId } from "../api/types";
import { newer, type Messages } from "./live";
import type { Outgoing } from "./outbox";

export type Row =
  | { kind: "day"; key: string; at: number }
  | { kind: "message"; key: string; message: Message; /** Directly below another of the same author. */ follows: boolean }
  | { kind: "outgoing"; key: string; outgoing: Outgoing; follows: boolean }
  | { kind: "unread"; key: string }
  | { kind: "beginning"; key: string };

/** A message below another of the same author within this time shows no name again. */
const GROUP_MS = 5 * 60_000;

/** All messages of a chat, oldest first: pages of history below what came live. */
export function merge(history: readonly Message[], live: Messages): Message[] {
  const all = new Map<string, Message>();
  for (const message of history) all.set(message.id, message);
  for (const message of live.values()) {
    const old = all.get(message.id);
    all.set(message.id, old ? newer(old, message) : message);
  }
  return [...all.values()].toSorted((a, b) => a.seq - b.seq);
}

/**
 * Rows as shown. `unreadAfter` is the sequence number read when the chat was opened; the line below it marks what is new. `complete`
 * says that nothing older exists.
 */
export function rows(messages: readonly Message[], outgoing: readonly Outgoing[], me: UserId, unreadAfter: number | null, complete = false): Row[] {
  const out: Row[] = complete ? [{ kind: "beginning", key: "beginning" }] : [];
  let day = "";
  let author = "";
  let last = 0;
  let marked = unreadAfter === null;
  const step = (at: number, by: UserId): boolean => {
    const date = new Date(at).toDateString();
    if (date !== day) {
      out.push({ kind: "day", key: `day ${date}`, at });
      day = date;
      author = "";
    }
    const follows = by === author && at - last < GROUP_MS;
    author = by;
    last = at;
    return follows;
  };
  for (const message of messages) {
    if (!marked && message.seq > (unreadAfter ?? 0) && message.author !== me) {
      marked = true;
      out.push({ kind: "unread", key: "unread" });
      author = "";
    }
    const follows = step(Date.parse(message.at), message.author);
    // The key is the client's own, so that a row stays the same row when its message arrives.
    out.push({ kind: "message", key: message.client_id || message.id, message, follows });
  }
  const arrived = new Set(messages.map((message) => message.client_id));
  for (const each of outgoing) {
    if (arrived.has(each.client_id)) continue;
    out.push({ kind: "outgoing", key: each.client_id, outgoing: each, follows: step(each.at, me) });
  }
  return out;
}

/** The first sequence number missing between two known ones: the server numbers a chat's messages without holes. */
export function firstHole(messages: readonly Message[]): number | null {
  for (let i = 1; i < messages.length; i++) {
    if (messages[i]!.seq > messages[i - 1]!.seq + 1) return messages[i - 1]!.seq + 1;
  }
  return null;
}
