/**
 * The tab's one WebSocket: it authenticates, subscribes from the last cursor seen, keeps the presence lease, and comes back by itself.
 *
 * The contract with its owner: on a fresh start `load` runs between `authenticate` and `subscribe`, so what it fetches is at least as
 * new as the cursor the stream starts after, and nothing falls between. After that every event arrives once and in order, over any
 * number of reconnects. Signals are of the moment and may be missed; `resumed` tells when to fetch what only signals carry.
 */
import { Problem } from "../api/client";
import type { Cursor, DeviceId, Event, ProblemBody, Requests, ServerFrame, Signal, Topic } from "../api/types";
import { createStore, type Store } from "../store";
import { backoff } from "./backoff";
import { compareCursors } from "./cursor";

export type ConnectionState =
  | { kind: "idle" }
  | { kind: "connecting" }
  | { kind: "live" }
  /** Lost; tries again at `retryAt` (ms since the epoch). */
  | { kind: "lost"; since: number; retryAt: number }
  | { kind: "signed_out" }
  /** The same device id was opened in another tab. */
  | { kind: "elsewhere" };

/** The part of a browser's `WebSocket` that is used, so that tests can stand in for it. */
export interface Wire {
  send(text: string): void;
  close(code?: number): void;
  onopen: (() => void) | null;
  onmessage: ((message: { data: unknown }) => void) | null;
  onclose: ((close: { code: number }) => void) | null;
}

export interface ConnectionOptions {
  token: string;
  device: DeviceId;
  open: () => Wire;
  /** Fetches what the screens start from. */
  load: () => Promise<void>;
  event: (event: Event) => void;
  signal: (topic: Topic, signal: Signal) => void;
  /** The stream goes on after a loss; `gap` when events may be missing because the server no longer knew the cursor. */
  resumed: (gap: boolean) => void;
  active: () => boolean;
  random?: () => number;
}

const CLOSE_SIGNED_OUT = 4401;
const CLOSE_ELSEWHERE = 4409;
const REQUEST_TIMEOUT_MS = 10_000;
const CONNECT_TIMEOUT_MS = 10_000;
/** A heartbeat unanswered for this long means the socket is dead, whatever the browser says. */
const HEARTBEAT_TIMEOUT_MS = 7_000;

interface Pending {
  resolve: (data: never) => void;
  reject: (error: Problem) => void;
  timer: ReturnType<typeof setTimeout>;
}

export class Connection {
  readonly state: Store<ConnectionState> = createStore<ConnectionState>({ kind: "idle" });
  private wire: Wire | null = null;
  private cursor: Cursor | null = null;
  private nextId = 1;
  private attempt = 0;
  private lostSince: number | null = null;
  private readonly pending = new Map<number, Pending>();
  private retry: ReturnType<typeof setTimeout> | undefined;
  private stopped = false;

  constructor(private readonly options: ConnectionOptions) {}

  start(): void {
    this.connect();
  }

  stop(): void {
    this.stopped = true;
    clearTimeout(this.retry);
    this.drop(1000);
    this.state.set({ kind: "idle" });
  }

  /** Tries at once instead of waiting for the next attempt: the network came back, or somebody pressed the button. */
  hurry(): void {
    if (this.state.get().kind !== "lost") return;
    clearTimeout(this.retry);
    this.connect();
  }

  /** Renews the device's lease. The owner calls this from a timer that background tabs do not slow down. */
  beat(): void {
    if (this.state.get().kind !== "live") return;
    this.request("heartbeat", { active: this.options.active() }, HEARTBEAT_TIMEOUT_MS).catch((error: unknown) => {
      if (error instanceof Problem && error.slug === "timeout") this.lose();
    });
  }

  request<T extends keyof Requests>(type: T, data: Requests[T][0], timeoutMs = REQUEST_TIMEOUT_MS): Promise<Requests[T][1]> {
    const { wire } = this;
    if (!wire) return Promise.reject(clientProblem("offline", "There is no connection to the server."));
    const id = this.nextId++;
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => {
        this.pending.delete(id);
        reject(clientProblem("timeout", "The server did not answer in time."));
      }, timeoutMs);
      this.pending.set(id, { resolve, reject, timer });
      wire.send(JSON.stringify({ id, type, data }));
    });
  }

  private connect(): void {
    if (this.stopped) return;
    this.state.set({ kind: "connecting" });
    const wire = this.options.open();
    this.wire = wire;
    const timeout = setTimeout(() => this.lose(), CONNECT_TIMEOUT_MS);
    wire.onopen = () => {
      clearTimeout(timeout);
      this.handshake(wire).catch((error: unknown) => this.handshakeFailed(wire, error));
    };
    wire.onmessage = ({ data }) => {
      if (this.wire === wire) this.receive(JSON.parse(String(data)) as ServerFrame);
    };
    wire.onclose = ({ code }) => {
      clearTimeout(timeout);
      if (this.wire === wire) this.closed(code);
    };
  }

  private async handshake(wire: Wire): Promise<void> {
    const { token, device, load, resumed } = this.options;
    const hello = await this.request("authenticate", { token, device });
    const resuming = this.cursor !== null;
    let gap = false;
    if (!resuming) {
      await load();
      if (this.wire !== wire) return;
      this.cursor = hello.cursor;
    }
    try {
      await this.request("subscribe", { topics: [], after: this.cursor });
    } catch (error) {
      // The server does not know the cursor (restored from an older copy): start from now and fetch everything again.
      if (!(error instanceof Problem) || error.transient || !resuming) throw error;
      this.cursor = hello.cursor;
      gap = true;
      await this.request("subscribe", { topics: [], after: this.cursor });
    }
    this.attempt = 0;
    this.lostSince = null;
    this.state.set({ kind: "live" });
    this.beat();
    if (resuming) resumed(gap);
  }

  private handshakeFailed(wire: Wire, error: unknown): void {
    if (this.wire !== wire) return;
    if (error instanceof Problem && error.status === 401) this.closed(CLOSE_SIGNED_OUT);
    else this.lose();
  }

  private receive(frame: ServerFrame): void {
    switch (frame.type) {
      case "reply":
        this.settle(frame.id)?.resolve(frame.data as never);
        break;
      case "error":
        this.settle(frame.id)?.reject(new Problem(frame.data));
        break;
      case "event":
        // Two subscriptions of one session, or a resume, may repeat an event; the cursor tells.
        if (this.cursor !== null && compareCursors(frame.cursor, this.cursor) <= 0) break;
        this.cursor = frame.cursor;
        this.options.event(frame.data);
        break;
      case "signal":
        this.options.signal(frame.topic, frame.data);
        break;
    }
  }

  private settle(id: number): Pending | undefined {
    const pending = this.pending.get(id);
    if (!pending) return undefined;
    this.pending.delete(id);
    clearTimeout(pending.timer);
    return pending;
  }

  private lose(): void {
    this.drop(4000);
    this.closed(1006);
  }

  private drop(code: number): void {
    const { wire } = this;
    this.wire = null;
    if (wire) {
      wire.onopen = wire.onmessage = wire.onclose = null;
      wire.close(code);
    }
    for (const id of this.pending.keys()) this.settle(id)?.reject(clientProblem("offline", "The connection was lost."));
  }

  private closed(code: number): void {
    this.drop(1000);
    if (this.stopped) return;
    if (code === CLOSE_SIGNED_OUT) return this.state.set({ kind: "signed_out" });
    if (code === CLOSE_ELSEWHERE) return this.state.set({ kind: "elsewhere" });
    const now = Date.now();
    this.lostSince ??= now;
    const wait = backoff(this.attempt++, this.options.random ?? Math.random);
    this.state.set({ kind: "lost", since: this.lostSince, retryAt: now + wait });
    clearTimeout(this.retry);
    this.retry = setTimeout(() => this.connect(), wait);
  }
}

function clientProblem(slug: string, title: string): Problem {
  const body: ProblemBody = { type: `client/${slug}`, title, status: 0 };
  return new Problem(body);
}
