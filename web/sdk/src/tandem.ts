import { Connection, type ConnectionOptions, type Wire } from "./connection.js";
import { follow, type FollowOptions } from "./follow.js";
import { Http, type HttpOptions, type Outgoing, type QueryValues, type RequestOptions } from "./http.js";
import { Operations } from "./operations.js";
import { stream, type StreamOptions } from "./stream.js";
import type { Event } from "./types.js";

/** A browser's `WebSocket`, or one that is used alike, as that of `ws`. */
export type WebSocketClass = new (url: string) => unknown;

export interface TandemOptions extends HttpOptions {
  /** In place of the global `WebSocket`, which Node has since version 22. */
  WebSocket?: WebSocketClass;
}

export interface RawRequest extends RequestOptions {
  query?: QueryValues;
  body?: unknown;
}

/** A Tandem, as its user's programs see it: every operation of its API, and the stream of what happens. */
export class Tandem extends Operations {
  private readonly socket: WebSocketClass | undefined;
  private readonly random: () => number;

  constructor(options: TandemOptions = {}) {
    super(new Http(options));
    this.socket = options.WebSocket;
    this.random = options.random ?? Math.random;
  }

  /** An operation by its path below `/api/v1`: for what has no method here yet. */
  request<T>(method: Outgoing["method"], path: string, { query, body, ...options }: RawRequest = {}): Promise<T> {
    return this.http.send<T>({ method, path: `/api/v1${path}`, query, body }, options);
  }

  /**
   * Follows what happens until `until` is aborted, over any number of connections: each event once and in order, from `after` on or from
   * now. Rejects when the token is no longer valid, and with what `event`, `signal` or `live` throw that trying again does not mend.
   *
   * A program is nobody at a desk: its user seems present for some seconds after it connects, no longer.
   */
  follow(options: FollowOptions): Promise<void> {
    return follow((more) => this.connect(more), options);
  }

  /**
   * What happens, as a loop: `for await (const event of tandem.stream({ after }))`. Each event once and in order, over any number of
   * connections, until `until` is aborted or the loop is left. It goes over plain HTTP (server-sent events) and has no signals. Throws when
   * the token is no longer valid, and when what is asked for cannot be had.
   */
  stream(options: StreamOptions = {}): AsyncGenerator<Event, void, undefined> {
    return stream(this.http, options, this.random);
  }

  /** The connection under `follow`, for who keeps its own state by it: not started yet. */
  connect(options: Omit<ConnectionOptions, "token" | "open">): Connection {
    const Socket = this.socket ?? globalThis.WebSocket;
    if (!Socket) throw new Error("There is no WebSocket: give Tandem one, as that of the module ws");
    const origin = this.http.origin || globalThis.location.origin;
    const open = () => new Socket(`${origin.replace(/^http/, "ws")}/api/v1/ws`) as Wire;
    return new Connection({ token: () => this.http.token(), open, random: this.random, ...options });
  }
}
