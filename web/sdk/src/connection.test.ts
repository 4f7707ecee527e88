import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { Connection, type ConnectionOptions } from "./connection.js";
import { FakeWire, live, settle } from "./wire.fake.js";

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

  it("asks for the token each time, and for its own topics", async () => {
    const tokens = ["first", "second"];
    const connection = connect({ token: async () => tokens.shift() ?? null, topics: ["chat:1"] });
    await live(wires[0]!, "0-1");
    expect(wires[0]!.sent.map(({ data }) => data)).toMatchObject([{ token: "first" }, { topics: ["chat:1"] }, {}]);
    wires[0]!.onclose?.({ code: 1012 });
    await vi.advanceTimersByTimeAsync(1_000);
    await live(wires[1]!, "0-1");
    expect(wires[1]!.sent[0]!.data.token).toBe("second");
    wires[1]!.onclose?.({ code: 1012 });
    await vi.advanceTimersByTimeAsync(1_000);
    wires[2]!.onopen?.();
    await settle();
    expect(connection.state.get().kind).toBe("signed_out");
  });

  it("tells of what came together with the answer to its subscription after it is live", async () => {
    connect({ live: () => order.push("live"), event: () => order.push("event") });
    wires[0]!.onopen?.();
    await wires[0]!.reply("authenticate", { cursor: "0-1", heartbeat_seconds: 3 });
    const answered = wires[0]!.reply("subscribe", { cursor: "0-1", topics: [] });
    wires[0]!.event("0-2");
    await answered;
    expect(order).toEqual(["load", "live", "event"]);
  });

  it("is not ended by the time that a socket it left had to open", async () => {
    const connection = connect();
    connection.rewind("0-3");
    expect(wires[0]!.closed).toBe(true);
    await live(wires[1]!, "0-9");
    expect(wires[1]!.sent.find(({ type }) => type === "subscribe")?.data.after).toBe("0-3");
    await wires[1]!.reply("heartbeat", {});
    await vi.advanceTimersByTimeAsync(10_000);
    expect(connection.state.get().kind).toBe("live");
  });

  it("comes back when a server that stops says so", async () => {
    const connection = connect();
    await live(wires[0]!, "0-1");
    wires[0]!.onclose?.({ code: 1001, reason: "the server stops; resume in 1850 ms" });
    await vi.advanceTimersByTimeAsync(1_849);
    expect([connection.state.get().kind, wires.length]).toEqual(["lost", 1]);
    await vi.advanceTimersByTimeAsync(1);
    expect(wires.length).toBe(2);
  });

  it("takes a socket that hears no pings any more for dead", async () => {
    let ping = () => undefined as void;
    const connection = connect({
      open: () => {
        const wire = Object.assign(new FakeWire(), { on: (_: "ping", listener: () => void) => (ping = listener) });
        wires.push(wire);
        return wire;
      },
      active: undefined,
    });
    await live(wires[0]!, "0-1");
    await vi.advanceTimersByTimeAsync(44_000);
    ping();
    await vi.advanceTimersByTimeAsync(44_000);
    expect(connection.state.get().kind).toBe("live");
    await vi.advanceTimersByTimeAsync(1_000);
    expect(wires[0]!.closed).toBe(true);
    expect(wires[0]!.sent.map(({ type }) => type)).toEqual(["authenticate", "subscribe"]);
  });
});
