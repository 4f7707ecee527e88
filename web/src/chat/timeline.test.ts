import { describe, expect, it } from "vitest";
import type { Chat, Message } from "../api/types";
import { withPosted, withRead } from "./unread";
import { firstHole, merge, rows } from "./timeline";

const message = (seq: number, extra: Partial<Message> = {}): Message => ({
  id: `m${seq}`, chat: "c", seq, author: "ann", client_id: `k${seq}`, text: `text ${seq}`,
  at: new Date(2026, 10, 23, 9, seq).toISOString(), edited_at: null, deleted: false, ...extra,
});
const live = (...messages: Message[]) => new Map(messages.map((each) => [each.id, each]));

describe("merging", () => {
  it("puts live messages over history, newest state first, in the order of the chat", () => {
    const edited = message(2, { text: "better", edited_at: "2026-11-23T10:00:00Z" });
    const merged = merge([message(3), message(2), message(1)], live(edited, message(4)));
    expect(merged.map((each) => each.text)).toEqual(["text 1", "better", "text 3", "text 4"]);
  });

  it("does not bring a deleted message back from an older page", () => {
    const merged = merge([message(1)], live(message(1, { deleted: true, text: "" })));
    expect(merged[0]?.deleted).toBe(true);
  });

  it("finds the first hole in the numbering", () => {
    expect(firstHole([message(1), message(2), message(5)])).toBe(3);
    expect(firstHole([message(7), message(8)])).toBeNull();
  });
});

describe("rows", () => {
  it("begin every day, group one author's messages, and mark what is new", () => {
    const yesterday = new Date(2026, 10, 22, 23, 59).toISOString();
    const shown = rows([message(1, { at: yesterday }), message(2), message(3), message(4, { author: "bob" })], [], "bob", 2);
    expect(shown.map((row) => (row.kind === "message" ? `${row.message.seq}${row.follows ? "+" : ""}` : row.kind))).toEqual([
      "day", "1", "day", "2", "unread", "3", "4",
    ]);
  });

  it("end with what is on its way, until it has arrived, under the same key", () => {
    const outgoing = { client_id: "k2", chat: "c", text: "hi", at: Date.now(), state: "sending" as const };
    const before = rows([message(1)], [outgoing], "ann", null).at(-1);
    const after = rows([message(1), message(2)], [outgoing], "ann", null).at(-1);
    expect(before).toMatchObject({ kind: "outgoing", key: "k2" });
    expect(after).toMatchObject({ kind: "message", key: "k2" });
  });
});

describe("unread", () => {
  const chat: Chat = { id: "c", kind: "direct", title: null, members: ["ann", "bob"], last_message: message(4), read_seq: 4, unread: 0, created_at: "" };

  it("counts others' messages once", () => {
    const once = withPosted(chat, message(5), "bob");
    expect(once.unread).toBe(1);
    expect(withPosted(once, message(5), "bob")).toBe(once);
    expect(withPosted(chat, message(5), "ann").unread).toBe(0);
  });

  it("is cleared by reading to the end and never goes back", () => {
    const two = withPosted(withPosted(chat, message(5), "bob"), message(6), "bob");
    expect(withRead(two, 6)).toMatchObject({ unread: 0, read_seq: 6 });
    expect(withRead(two, 5).unread).toBe(1);
    expect(withRead(withRead(two, 6), 5).read_seq).toBe(6);
  });
});
