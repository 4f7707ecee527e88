import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import type { Event, ServerFrame } from "./types.js";
import { Connection, type ConnectionOptions, type Wire } from "./connection.js";

/** The server's end of a socket. */
class FakeWire implements Wire {
  onopen: (() => void) | null = null;
  onmessage: ((message: { data: unknown }) => void) | null = null;
  onclose: ((close: { code: number }) => void) | null = null;
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

const settle = () => vi.advanceTimersByTimeAsync(0);

let wires: FakeWire[];
let seen: string[];
let order: string[];

function connect(options: Partial<ConnectionOptions> = {}): Connection {
  const connection = new Connection({
    token: "t",
    device: "d",
    open: () => {
      const wire = new FakeWire();
      wires.push(wire);
      return wire;
    },
    load: async () => void order.push("load"),
    event: (event) => seen.push(event.cursor),
    signal: () => undefined,
    live: ({ resumed, gap }) => resumed && order.push(gap ? "gap" : "resumed"),
    active: () => true,
    random: () => 0.5,
    ...options,
  });
  connection.start();
  return connection;
}

async function live(wire: FakeWire, cursor: string): Promise<void> {
  wire.onopen?.();
  await wire.reply("authenticate", { cursor, heartbeat_seconds: 3 });
  await wire.reply("subscribe", { cursor, topics: [] });
}

beforeEach(() => {
  vi.useFakeTimers();
  [wires, seen, order] = [[], [], []];
});
afterEach(() => vi.useRealTimers());

describe("a connection", () => {
  it("fetches between authenticating and subscribing, and subscribes from the cursor before the fetch", async () => {
    let loaded = () => undefined as void;
    const connection = connect({ load: () => new Promise((resolve) => (loaded = resolve)) });
    wires[0]!.onopen?.();
    await wires[0]!.reply("authenticate", { cursor: "0-7", heartbeat_seconds: 3 });
    expect(wires[0]!.sent.map((frame) => frame.type)).toEqual(["authenticate"]);
    loaded();
    await settle();
    expect(wires[0]!.sent.at(-1)).toMatchObject({ type: "subscribe", data: { after: "0-7" } });
    await wires[0]!.reply("subscribe", { cursor: "0-7", topics: [] });
    expect(connection.state.get().kind).toBe("live");
  });

  it("resumes after the last event seen, without fetching, and drops what it saw before", async () => {
    const connection = connect();
    await live(wires[0]!, "0-7");
    wires[0]!.event("0-8");
    wires[0]!.event("0-10");
    wires[0]!.onclose?.({ code: 1006 });
    expect(connection.state.get().kind).toBe("lost");
    await vi.advanceTimersByTimeAsync(1_000);
    await live(wires[1]!, "0-12");
    expect(wires[1]!.sent.find((frame) => frame.type === "subscribe")?.data.after).toBe("0-10");
    wires[1]!.event("0-9");
    wires[1]!.event("0-10");
    wires[1]!.event("0-11");
    expect(seen).toEqual(["0-8", "0-10", "0-11"]);
    expect(order).toEqual(["load", "resumed"]);
  });

  it("starts from now when the server no longer knows the cursor, and says that there is a gap", async () => {
    connect();
    await live(wires[0]!, "0-7");
    wires[0]!.onclose?.({ code: 1013 });
    await vi.advanceTimersByTimeAsync(1_000);
    wires[1]!.onopen?.();
    await wires[1]!.reply("authenticate", { cursor: "0-3", heartbeat_seconds: 3 });
    await wires[1]!.refuse("subscribe", 400);
    expect(wires[1]!.sent.at(-1)?.data.after).toBe("0-3");
    await wires[1]!.reply("subscribe", { cursor: "0-3", topics: [] });
    expect(order).toEqual(["load", "gap"]);
  });

  it("waits longer after every failure and not at all when hurried", async () => {
    const connection = connect();
    const waits: number[] = [];
    for (let attempt = 0; attempt < 4; attempt++) {
      wires.at(-1)!.onclose?.({ code: 1006 });
      const state = connection.state.get();
      if (state.kind !== "lost") throw new Error(state.kind);
      waits.push(state.retryAt - Date.now());
      await vi.advanceTimersByTimeAsync(waits.at(-1)!);
    }
    expect(waits).toEqual([225, 450, 900, 1800]);
    wires.at(-1)!.onclose?.({ code: 1006 });
    const before = wires.length;
    connection.hurry();
    expect(wires.length).toBe(before + 1);
  });

  it("signs out when the token is refused, by close code or by answer", async () => {
    const first = connect();
    wires[0]!.onclose?.({ code: 4401 });
    expect(first.state.get().kind).toBe("signed_out");
    const second = connect();
    wires[1]!.onopen?.();
    await wires[1]!.refuse("authenticate", 401);
    expect(second.state.get().kind).toBe("signed_out");
    await vi.advanceTimersByTimeAsync(60_000);
    expect(wires.length).toBe(2);
  });

  it("stays away when the device was opened elsewhere", async () => {
    const connection = connect();
    await live(wires[0]!, "0-1");
    wires[0]!.onclose?.({ code: 4409 });
    await vi.advanceTimersByTimeAsync(60_000);
    expect(connection.state.get().kind).toBe("elsewhere");
    expect(wires.length).toBe(1);
  });

  it("takes an unanswered heartbeat for a dead socket", async () => {
    const connection = connect();
    await live(wires[0]!, "0-1");
    await wires[0]!.reply("heartbeat", {});
    connection.beat();
    await vi.advanceTimersByTimeAsync(7_000);
    expect(wires[0]!.closed).toBe(true);
    expect(connection.state.get().kind).not.toBe("live");
  });

  it("refuses what waits for an answer when the socket is lost", async () => {
    const connection = connect();
    await live(wires[0]!, "0-1");
    const offer = connection.request("rtc.offer", { sdp: "", tracks: [] });
    const refused = expect(offer).rejects.toMatchObject({ slug: "offline" });
    wires[0]!.onclose?.({ code: 1006 });
    await refused;
  });
});
