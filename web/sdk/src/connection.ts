/**
 * A WebSocket that authenticates, subscribes from the last cursor seen, and comes back by itself.
 *
 * The contract with its owner: on a fresh start `load` runs between `authenticate` and `subscribe`, so what it fetches is at least as
 * new as the cursor the stream starts after, and nothing falls between. After that every event arrives once and in order, over any
 * number of reconnects. Signals are of the moment and may be missed; `live` tells when to fetch what only signals carry.
 */
import { backoff } from "./backoff.js";
import { compareCursors } from "./cursor.js";
import type { TokenSource } from "./http.js";
import { clientProblem, TandemProblem } from "./problem.js";
import type { Cursor, DeviceId, Event, Requests, ServerFrame, Signal, Topic } from "./types.js";
import { uuid } from "./uuid.js";
import { Watched } from "./watched.js";

export type ConnectionState =
  | { kind: "idle" }
  | { kind: "connecting" }
  | { kind: "live" }
  /** Lost; tries again at `retryAt` (ms since the epoch). `refusal` is what the server had against it, if it said so. */
  | { kind: "lost"; since: number; retryAt: number; why?: string; refusal?: TandemProblem }
  | { kind: "signed_out" }
  /** The same device id was opened in another tab. */
  | { kind: "elsewhere" };

/** The part of a browser's `WebSocket` that is used. */
export interface Wire {
  send(text: string): void;
  close(code?: number): void;
  onopen: (() => void) | null;
  onmessage: ((message: { data: unknown }) => void) | null;
  onclose: ((close: { code: number; reason?: string }) => void) | null;
  onerror: ((error: { message?: string }) => void) | null;
  /** The server pings whoever says nothing for 15 s. Node's `ws` tells of it; browsers do not. */
  on?(event: "ping", listener: () => void): unknown;
}

/** Where a stream begins. */
export interface Start {
  /** Events after this one will come. */
  cursor: Cursor;
  /** There was a connection before, or a cursor to go on from. */
  resumed: boolean;
  /** Events may be missing, because the server no longer knew the cursor. */
  gap: boolean;
}

export interface ConnectionOptions {
  token: TokenSource;
  open: () => Wire;
  /** The same over reloads, for who can be called; by default a new one. */
  device?: DeviceId;
  /** The cursor to go on from; without one, from now. */
  after?: Cursor | null;
  /** Only these; by default all that the token may see. */
  topics?: Topic[];
  /** Fetches what its owner starts from, when there is no cursor to go on from. */
  load?: () => Promise<void>;
  event: (event: Event) => void;
  signal?: (topic: Topic, signal: Signal) => void;
  /** The stream begins, or goes on after a loss. */
  live?: (start: Start) => void;
  /** Whether somebody is at the device. Without it there are no heartbeats: its user does not count as present. */
  active?: () => boolean;
  random?: () => number;
}

const CLOSE_SIGNED_OUT = 4401;
const CLOSE_ELSEWHERE = 4409;
const REQUEST_TIMEOUT_MS = 10_000;
const CONNECT_TIMEOUT_MS = 10_000;
/** A heartbeat unanswered for this long means the socket is dead, whatever the browser says. */
const HEARTBEAT_TIMEOUT_MS = 7_000;
/** Where the server's pings can be heard, and not even one came for this long, the socket is dead too. */
const SILENCE_MS = 45_000;

type Told = Extract<ServerFrame, { type: "event" | "signal" }>;

interface Pending {
  resolve: (data: never) => void;
  reject: (error: TandemProblem) => void;
  timer: ReturnType<typeof setTimeout>;
}

export class Connection {
  readonly state = new Watched<ConnectionState>({ kind: "idle" });
  private readonly device: DeviceId;
  private wire: Wire | null = null;
  private cursor: Cursor | null;
  private early: Told[] = [];
  private nextId = 1;
  private attempt = 0;
  private lostSince: number | null = null;
  private readonly pending = new Map<number, Pending>();
  private retry: ReturnType<typeof setTimeout> | undefined;
  private silence: ReturnType<typeof setTimeout> | undefined;
  private fault: string | undefined;
  private stopped = false;

  constructor(private readonly options: ConnectionOptions) {
    this.device = options.device ?? uuid();
    this.cursor = options.after ?? null;
  }

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

  /** Goes back to `cursor` over a new socket: what came after it comes again. */
  rewind(cursor: Cursor | null): void {
    if (this.stopped) return;
    this.drop(1000);
    this.cursor = cursor;
    clearTimeout(this.retry);
    this.connect();
  }

  /** Renews the device's lease. The owner calls this from a timer that background tabs do not slow down. */
  beat(): void {
    const { active } = this.options;
    if (!active || this.state.get().kind !== "live") return;
    this.request("heartbeat", { active: active() }, HEARTBEAT_TIMEOUT_MS).catch((error: unknown) => {
      if (error instanceof TandemProblem && error.slug === "timeout") this.lose();
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
    this.fault = undefined;
    const timeout = setTimeout(() => this.wire === wire && this.lose(), CONNECT_TIMEOUT_MS);
    // Kept when the rest is dropped: an error that nobody takes ends a program.
    wire.onerror = ({ message }) => {
      if (this.wire === wire) this.fault = message;
    };
    wire.on?.("ping", () => this.heard(wire));
    wire.onopen = () => {
      clearTimeout(timeout);
      this.heard(wire);
      this.handshake(wire).catch((error: unknown) => this.handshakeFailed(wire, error));
    };
    wire.onmessage = ({ data }) => {
      if (this.wire !== wire) return;
      this.heard(wire);
      this.receive(JSON.parse(String(data)) as ServerFrame);
    };
    wire.onclose = ({ code, reason }) => {
      clearTimeout(timeout);
      if (this.wire === wire) this.closed(code, reason);
    };
  }

  private heard(wire: Wire): void {
    if (!wire.on || this.wire !== wire) return;
    clearTimeout(this.silence);
    this.silence = setTimeout(() => this.lose(), SILENCE_MS);
  }

  private async handshake(wire: Wire): Promise<void> {
    const { load, live } = this.options;
    const token = typeof this.options.token === "string" ? this.options.token : await this.options.token();
    if (this.wire !== wire) return;
    if (!token) throw clientProblem("signed-out", "Signed out.", { status: 401 });
    const hello = await this.request("authenticate", { token, device: this.device });
    const topics = this.options.topics ?? [];
    const resuming = this.cursor !== null;
    let gap = false;
    if (!resuming) {
      await load?.();
      if (this.wire !== wire) return;
      this.cursor = hello.cursor;
    }
    try {
      await this.subscribe(topics);
    } catch (error) {
      // The server does not know the cursor (restored from an older copy): start from now and fetch everything again.
      if (!(error instanceof TandemProblem) || error.transient || !resuming) throw error;
      this.cursor = hello.cursor;
      gap = true;
      await this.subscribe(topics);
    }
    if (this.wire !== wire) return;
    this.attempt = 0;
    this.lostSince = null;
    this.state.set({ kind: "live" });
    this.beat();
    live?.({ cursor: this.cursor ?? hello.cursor, resumed: resuming, gap });
    for (const frame of this.early.splice(0)) this.deliver(frame);
  }

  private subscribe(topics: Topic[]): Promise<unknown> {
    return this.request("subscribe", { topics, after: this.cursor });
  }

  private handshakeFailed(wire: Wire, error: unknown): void {
    if (this.wire !== wire) return;
    const refusal = error instanceof TandemProblem ? error : undefined;
    if (refusal?.status === 401) this.closed(CLOSE_SIGNED_OUT);
    else this.lose(refusal);
  }

  private receive(frame: ServerFrame): void {
    switch (frame.type) {
      case "reply":
        this.settle(frame.id)?.resolve(frame.data as never);
        break;
      case "error":
        this.settle(frame.id)?.reject(new TandemProblem(frame.data));
        break;
      case "event":
      case "signal":
        // A socket may hand over the answer to `subscribe` and what follows it at once.
        if (this.state.get().kind === "live") this.deliver(frame);
        else this.early.push(frame);
        break;
    }
  }

  private deliver(frame: Told): void {
    if (frame.type === "signal") return this.options.signal?.(frame.topic, frame.data);
    // Two subscriptions of one session, or a resume, may repeat an event; the cursor tells.
    if (this.cursor !== null && compareCursors(frame.cursor, this.cursor) <= 0) return;
    this.cursor = frame.cursor;
    this.options.event(frame.data);
  }

  private settle(id: number): Pending | undefined {
    const pending = this.pending.get(id);
    if (!pending) return undefined;
    this.pending.delete(id);
    clearTimeout(pending.timer);
    return pending;
  }

  private lose(refusal?: TandemProblem): void {
    this.drop(4000);
    this.closed(1006, refusal?.message, refusal);
  }

  private drop(code: number): void {
    const { wire } = this;
    this.wire = null;
    this.early = [];
    clearTimeout(this.silence);
    if (wire) {
      wire.onopen = wire.onmessage = wire.onclose = null;
      wire.close(code);
    }
    for (const id of this.pending.keys()) this.settle(id)?.reject(clientProblem("offline", "The connection was lost."));
  }

  private closed(code: number, reason?: string, refusal?: TandemProblem): void {
    const why = this.fault || reason || `The connection was closed (${code}).`;
    this.drop(1000);
    if (this.stopped) return;
    if (code === CLOSE_SIGNED_OUT) return this.state.set({ kind: "signed_out" });
    if (code === CLOSE_ELSEWHERE) return this.state.set({ kind: "elsewhere" });
    const now = Date.now();
    this.lostSince ??= now;
    // A server that stops tells each of its clients another moment.
    const told = /resume in (\d{1,5}) ms$/.exec(reason ?? "")?.[1];
    const spread = backoff(this.attempt++, this.options.random ?? Math.random);
    const wait = told === undefined ? spread : Number(told);
    this.state.set({ kind: "lost", since: this.lostSince, retryAt: now + wait, why, refusal });
    clearTimeout(this.retry);
    this.retry = setTimeout(() => this.connect(), wait);
  }
}
