/**
 * Messages on their way. Each keeps its `client_id` over retries and reloads, so the server makes one message of it however often it is
 * sent. Within a chat they are sent one after the other, in the order they were written.
 */
import { backoff } from "@tandem/sdk";
import { Problem } from "../api/client";
import type { ChatId, Message } from "../api/types";
import type { Store } from "../store";

export interface Outgoing {
  client_id: string;
  chat: ChatId;
  text: string;
  /** When it was written, ms since the epoch. */
  at: number;
  state: "waiting" | "sending" | "failed";
  /** Why it failed for good. */
  reason?: string;
}

export type Send = (outgoing: Outgoing) => Promise<Message>;

export class Outbox {
  private readonly busy = new Set<ChatId>();
  private readonly attempts = new Map<ChatId, number>();
  private readonly timers = new Map<ChatId, ReturnType<typeof setTimeout>>();

  constructor(
    readonly items: Store<readonly Outgoing[]>,
    private readonly send: Send,
    private readonly sent: (message: Message) => void,
    private readonly random: () => number = Math.random,
  ) {
    // What was being sent when the page went away may or may not have arrived; sending it again is harmless.
    items.set((all) => all.map((each) => (each.state === "sending" ? { ...each, state: "waiting" } : each)));
  }

  add(outgoing: Pick<Outgoing, "client_id" | "chat" | "text" | "at">): void {
    this.items.set((all) => [...all, { ...outgoing, state: "waiting" }]);
    void this.run(outgoing.chat);
  }

  retry(client_id: string): void {
    const chat = this.change(client_id, { state: "waiting", reason: undefined });
    if (chat) void this.run(chat);
  }

  discard(client_id: string): void {
    this.items.set((all) => all.filter((each) => each.client_id !== client_id));
  }

  /** The message is in the chat, whatever became of the request. */
  confirm(client_id: string): void {
    if (this.items.get().some((each) => each.client_id === client_id)) this.discard(client_id);
  }

  /** Sends everything that waits: there is a connection again. */
  flush(): void {
    this.attempts.clear();
    for (const chat of new Set(this.items.get().map((each) => each.chat))) void this.run(chat);
  }

  private async run(chat: ChatId): Promise<void> {
    if (this.busy.has(chat)) return;
    clearTimeout(this.timers.get(chat));
    this.busy.add(chat);
    try {
      for (;;) {
        const next = this.items.get().find((each) => each.chat === chat && each.state === "waiting");
        if (!next) return;
        if (!(await this.deliver(next))) return;
      }
    } finally {
      this.busy.delete(chat);
    }
  }

  /** Whether the next one may go. */
  private async deliver(outgoing: Outgoing): Promise<boolean> {
    const { client_id, chat } = outgoing;
    this.change(client_id, { state: "sending" });
    try {
      const message = await this.send(outgoing);
      this.attempts.delete(chat);
      this.sent(message);
      this.discard(client_id);
      return true;
    } catch (error) {
      if (error instanceof Problem && error.transient) {
        this.change(client_id, { state: "waiting" });
        const attempt = this.attempts.get(chat) ?? 0;
        this.attempts.set(chat, attempt + 1);
        this.timers.set(
          chat,
          setTimeout(() => void this.run(chat), backoff(attempt, this.random)),
        );
        return false;
      }
      this.change(client_id, { state: "failed", reason: error instanceof Error ? error.message : String(error) });
      return true;
    }
  }

  private change(client_id: string, change: Partial<Outgoing>): ChatId | undefined {
    const found = this.items.get().find((each) => each.client_id === client_id);
    if (found) this.items.set((all) => all.map((each) => (each.client_id === client_id ? { ...each, ...change } : each)));
    return found?.chat;
  }
}
