import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import type { FollowOptions } from "./follow.js";
import { TandemProblem } from "./problem.js";
import { Tandem } from "./tandem.js";
import { FakeWire, live, settle } from "./wire.fake.js";

let wires: FakeWire[];
let seen: string[];

beforeEach(() => {
  vi.useFakeTimers();
  [wires, seen] = [[], []];
});
afterEach(() => vi.useRealTimers());

const problem = (status: number) => new TandemProblem({ type: "x/y", title: "No", status });

function follow(options: FollowOptions): { end: Promise<void>; stop: () => void } {
  class Socket extends FakeWire {
    constructor(url: string) {
      super();
      if (url !== "wss://tandem.test/api/v1/ws") throw new Error(url);
      wires.push(this);
    }
  }
  const stopping = new AbortController();
  const tandem = new Tandem({ url: "https://tandem.test", token: "t", WebSocket: Socket, random: () => 0.5 });
  const end = tandem.follow({ event: ({ cursor }) => void seen.push(cursor), until: stopping.signal, ...options });
  end.catch(() => undefined);
  return { end, stop: () => stopping.abort() };
}

const subscribed = (wire: FakeWire) => wire.sent.findLast(({ type }) => type === "subscribe")!.data;

describe("following", () => {
  it("goes on after the cursor it is given, without heartbeats, and over lost connections", async () => {
    const begun: boolean[] = [];
    const lost: string[] = [];
    const { end, stop } = follow({ after: "0-5", live: ({ gap }) => void begun.push(gap), lost: (why) => lost.push(why) });
    await live(wires[0]!, "0-9");
    expect(subscribed(wires[0]!)).toEqual({ topics: [], after: "0-5" });
    wires[0]!.event("0-6");
    wires[0]!.event("0-7");
    wires[0]!.onclose?.({ code: 1013 });
    await vi.advanceTimersByTimeAsync(1_000);
    await live(wires[1]!, "0-9");
    expect(subscribed(wires[1]!).after).toBe("0-7");
    wires[1]!.event("0-7");
    wires[1]!.event("0-8");
    await settle();
    expect(seen).toEqual(["0-6", "0-7", "0-8"]);
    expect(begun).toEqual([false, false]);
    expect(lost).toEqual(["The connection was closed (1013)."]);
    expect(wires.flatMap(({ sent }) => sent).some(({ type }) => type === "heartbeat")).toBe(false);
    stop();
    await end;
    expect(wires[1]!.closed).toBe(true);
  });

  it("does one thing after the other", async () => {
    const done: (() => void)[] = [];
    follow({ event: ({ cursor }) => (seen.push(cursor), new Promise((resolve) => done.push(resolve))) });
    await live(wires[0]!, "0-1");
    wires[0]!.event("0-2");
    wires[0]!.event("0-3");
    await settle();
    expect(seen).toEqual(["0-2"]);
    done[0]!();
    await settle();
    expect(seen).toEqual(["0-2", "0-3"]);
  });

  it("comes with the same event again when what may pass was in the way", async () => {
    const failures = [problem(503), problem(0)];
    const { stop, end } = follow({
      event: ({ cursor }) => {
        seen.push(cursor);
        const failure = cursor === "0-2" ? failures.shift() : undefined;
        if (failure) throw failure;
      },
    });
    await live(wires[0]!, "0-1");
    wires[0]!.event("0-2");
    wires[0]!.event("0-3");
    await vi.advanceTimersByTimeAsync(5_000);
    expect(seen).toEqual(["0-2", "0-2", "0-2", "0-3"]);
    stop();
    await end;
  });

  it("ends with any other error", async () => {
    const { end } = follow({ event: () => Promise.reject(problem(403)) });
    await live(wires[0]!, "0-1");
    wires[0]!.event("0-2");
    await expect(end).rejects.toMatchObject({ status: 403 });
    expect(wires[0]!.closed).toBe(true);
  });

  it("ends when what it asks for is refused", async () => {
    const { end } = follow({ topics: ["nothing"] });
    wires[0]!.onopen?.();
    await settle();
    await wires[0]!.reply("authenticate", { cursor: "0-1", heartbeat_seconds: 3 });
    await wires[0]!.refuse("subscribe", 422);
    await expect(end).rejects.toMatchObject({ status: 422 });
    await vi.advanceTimersByTimeAsync(60_000);
    expect(wires).toHaveLength(1);
  });

  it("ends when the token is no longer valid", async () => {
    const { end } = follow({});
    await live(wires[0]!, "0-1");
    wires[0]!.onclose?.({ code: 4401 });
    await expect(end).rejects.toMatchObject({ status: 401 });
    await vi.advanceTimersByTimeAsync(60_000);
    expect(wires).toHaveLength(1);
  });

  it("leaves to the server what is too much to keep, and fetches it when it has time", async () => {
    let release = () => undefined as void;
    const held = new Promise<void>((resolve) => (release = resolve));
    follow({ event: ({ cursor }) => (seen.push(cursor), held) });
    await live(wires[0]!, "0-0");
    for (let n = 1; n <= 1_500; n++) wires[0]!.event(`0-${n}`);
    release();
    await settle();
    expect(wires).toHaveLength(2);
    const last = seen.at(-1)!;
    expect(seen.length).toBeLessThan(1_500);
    await live(wires[1]!, "0-1500");
    expect(subscribed(wires[1]!).after).toBe(last);
    for (let n = 1_000; n <= 1_500; n++) wires[1]!.event(`0-${n}`);
    await settle();
    expect(seen).toEqual(Array.from({ length: 1_500 }, (_, n) => `0-${n + 1}`));
  });

  it("does not begin when it is over already", async () => {
    const { end } = follow({ until: AbortSignal.abort() });
    await end;
    expect(wires).toEqual([]);
  });
});
