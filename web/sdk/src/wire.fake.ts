import { vi } from "vitest";
import type { Wire } from "./connection.js";
import type { Event, ServerFrame } from "./types.js";

/** The server's end of a socket. */
export class FakeWire implements Wire {
  onopen: (() => void) | null = null;
  onmessage: ((message: { data: unknown }) => void) | null = null;
  onclose: ((close: { code: number; reason?: string }) => void) | null = null;
  onerror: (() => void) | null = null;
  readonly sent: { id: number; type: string; data: Record<string, unknown> }[] = [];
  closed = false;

  send(text: string): void {
    this.sent.push(JSON.parse(text) as never);
  }
  close(): void {
    this.closed = true;
  }
  say(frame: ServerFrame): void {
    this.onmessage?.({ data: JSON.stringify(frame) });
  }
  async reply(type: string, data: unknown): Promise<void> {
    const request = this.sent.findLast((frame) => frame.type === type);
    if (!request) throw new Error(`no ${type} was sent`);
    this.say({ type: "reply", id: request.id, data });
    await settle();
  }
  async refuse(type: string, status: number): Promise<void> {
    const request = this.sent.findLast((frame) => frame.type === type)!;
    this.say({ type: "error", id: request.id, data: { type: "x/refused", title: "No", status } });
    await settle();
  }
  event(cursor: string): void {
    this.say({ type: "event", cursor, data: { type: "user.created", cursor, data: { user: cursor } } as Event });
  }
}

export const settle = () => vi.advanceTimersByTimeAsync(0);

export async function live(wire: FakeWire, cursor: string): Promise<void> {
  wire.onopen?.();
  await settle();
  await wire.reply("authenticate", { cursor, heartbeat_seconds: 3 });
  await wire.reply("subscribe", { cursor, topics: [] });
}
