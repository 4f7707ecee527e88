/** The event stream for programs: one thing after the other, over any number of connections. */
import { backoff } from "./backoff.js";
import { Connection, type ConnectionOptions, type ConnectionState, type Start } from "./connection.js";
import { sleep } from "./http.js";
import { clientProblem, TandemProblem } from "./problem.js";
import type { Cursor, Event, Signal, Topic } from "./types.js";

type Awaitable = void | Promise<void>;

/**
 * What is done about what comes. Each of these but `lost` is awaited before the next is called. One that fails with what may pass
 * (`TandemProblem.transient`) is called again with the same, in a while; any other error ends it all.
 */
export interface FollowOptions extends Pick<ConnectionOptions, "after" | "topics" | "device"> {
  /** An event. Who remembers its `cursor` when done with it can go on after it, another day. */
  event?: (event: Event) => Awaitable;
  /** Something of the moment, which is not repeated. */
  signal?: (signal: Signal, topic: Topic) => Awaitable;
  /** A connection stands. Signals may have been missed: whoever lives by them fetches here what they tell of. */
  live?: (start: Start) => Awaitable;
  /** The connection is gone, for that reason, and is made anew; or something is done again because of it. */
  lost?: (why: string) => void;
  /** Ends it, without an error. */
  until?: AbortSignal;
}

type Open = (options: Omit<ConnectionOptions, "token" | "open">) => Connection;
type Happening = { live: Start } | { event: Event } | { signal: Signal; topic: Topic };

/** What may wait for what is done about that before it. More is left to the server, which has it all. */
const WAITING_MAX = 1_000;

export function follow(open: Open, options: FollowOptions): Promise<void> {
  return new Following(open, options).end;
}

class Following {
  readonly end: Promise<void>;
  private readonly connection: Connection;
  private waiting: Happening[] = [];
  /** More came than may wait; what came since was let go. */
  private overfull = false;
  private working = false;
  private failures = 0;
  /** The last event that was done with. */
  private done: Cursor | null;
  private readonly ended = new AbortController();
  private settle!: { resolve: () => void; reject: (error: unknown) => void };

  constructor(
    open: Open,
    private readonly options: FollowOptions,
  ) {
    const { after = null, topics, device, until } = options;
    this.done = after;
    this.end = new Promise((resolve, reject) => (this.settle = { resolve, reject }));
    this.connection = open({
      after,
      topics,
      device,
      live: (live) => this.take({ live }),
      event: (event) => this.take({ event }),
      signal: (topic, signal) => this.take({ signal, topic }),
    });
    this.connection.state.subscribe(() => this.state(this.connection.state.get()));
    until?.addEventListener("abort", () => this.finish(), { once: true, signal: this.ended.signal });
    if (until?.aborted) this.finish();
    else this.connection.start();
  }

  private state(state: ConnectionState): void {
    if (state.kind === "lost") {
      // What it asks for, as topics that are none, is not had by asking again.
      if (state.refusal && !state.refusal.transient) this.finish(state.refusal);
      else this.options.lost?.(state.why ?? "");
    }
    if (state.kind === "signed_out") this.finish(clientProblem("signed-out", "The token is not valid any more.", { status: 401 }));
    if (state.kind === "elsewhere") this.finish(clientProblem("elsewhere", "Another connection took this device's place.", { status: 409 }));
  }

  private finish(error?: unknown): void {
    if (this.ended.signal.aborted) return;
    this.ended.abort();
    this.connection.stop();
    this.waiting = [];
    if (error === undefined) this.settle.resolve();
    else this.settle.reject(error);
  }

  private take(happening: Happening): void {
    if (this.overfull || this.ended.signal.aborted) return;
    this.overfull = this.waiting.length >= WAITING_MAX;
    if (!this.overfull) this.waiting.push(happening);
    if (!this.working) void this.work();
  }

  private async work(): Promise<void> {
    this.working = true;
    for (let next = this.waiting.shift(); next; next = this.waiting.shift()) {
      if (!(await this.tried(next))) break;
      if (this.waiting.length === 0 && this.overfull) {
        this.overfull = false;
        this.connection.rewind(this.done);
      }
    }
    this.working = false;
  }

  /** Does it until it succeeds; false when that is over. */
  private async tried(happening: Happening): Promise<boolean> {
    for (;;) {
      try {
        await this.handle(happening);
        this.failures = 0;
        return !this.ended.signal.aborted;
      } catch (error) {
        if (this.ended.signal.aborted) return false;
        if (!(error instanceof TandemProblem) || !error.transient) {
          this.finish(error);
          return false;
        }
        this.options.lost?.(error.message);
        await sleep(backoff(this.failures++, Math.random), this.ended.signal).catch(() => undefined);
        if (this.ended.signal.aborted) return false;
      }
    }
  }

  private async handle(happening: Happening): Promise<void> {
    if ("event" in happening) {
      await this.options.event?.(happening.event);
      this.done = happening.event.cursor;
    } else if ("live" in happening) {
      this.done = happening.live.cursor;
      await this.options.live?.(happening.live);
    } else {
      await this.options.signal?.(happening.signal, happening.topic);
    }
  }
}
