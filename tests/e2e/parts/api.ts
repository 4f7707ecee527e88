// The public API as a customer's program uses it.
import type { Server } from "./server.ts";

export class Api {
  constructor(
    readonly server: Server,
    readonly token: string,
  ) {}

  static as(server: Server, name: string): Api {
    return new Api(server, server.user(name).token);
  }

  async request(method: string, path: string, body?: unknown): Promise<Response> {
    return fetch(`${this.server.url}/api/v1${path}`, {
      method,
      headers: { authorization: `Bearer ${this.token}`, ...(body === undefined ? {} : { "content-type": "application/json" }) },
      body: body === undefined ? null : JSON.stringify(body),
    });
  }

  /** The body of a 2xx answer; anything else is an error that says what came. */
  async json<T = any>(method: string, path: string, body?: unknown): Promise<T> {
    const response = await this.request(method, path, body);
    const text = await response.text();
    if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${text}`);
    return (text ? JSON.parse(text) : undefined) as T;
  }

  get<T = any>(path: string): Promise<T> {
    return this.json<T>("GET", path);
  }
}

/** Asks until the answer satisfies, at most `seconds`. */
export async function until<T>(what: string, ask: () => Promise<T>, satisfied: (value: T) => boolean, seconds = 20): Promise<T> {
  const end = Date.now() + seconds * 1000;
  for (;;) {
    const value = await ask();
    if (satisfied(value)) return value;
    if (Date.now() > end) throw new Error(`${what} did not come true in ${seconds} s; last seen: ${JSON.stringify(value)}`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}
