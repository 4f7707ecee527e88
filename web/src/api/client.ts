import type { ProblemBody } from "./types";

/** A refusal by the server (RFC 9457), or by the network (`status` 0). */
export class Problem extends Error {
  readonly status: number;
  readonly slug: string;
  readonly body: ProblemBody;

  constructor(body: ProblemBody) {
    super(body.detail ?? body.title);
    this.name = "Problem";
    this.status = body.status;
    this.slug = body.type.slice(body.type.lastIndexOf("/") + 1);
    this.body = body;
  }

  /** Whether trying the same again later can succeed. */
  get transient(): boolean {
    return this.status === 0 || this.status === 408 || this.status === 429 || this.status >= 500;
  }
}

interface Session {
  token(): string | null;
  expired(): void;
}

let session: Session = { token: () => null, expired: () => undefined };

/** Tells the client whose token to send, and whom to tell when the server no longer takes it. */
export function provideSession(owner: Session): void {
  session = owner;
}

type Query = Record<string, string | number | boolean | null | undefined>;

interface Options {
  query?: Query;
  body?: unknown;
  signal?: AbortSignal;
  headers?: Record<string, string>;
}

const TIMEOUT_MS = 20_000;

export async function request<T>(method: string, path: string, options: Options = {}): Promise<T> {
  const headers = new Headers({ accept: "application/json", ...options.headers });
  const token = session.token();
  // Without a token there is nothing to ask for but one. What a page asks while it goes away on signing out ends here.
  if (!token && path !== "/sessions") throw new Problem({ type: "client/signed-out", title: "Signed out.", status: 401 });
  if (token) headers.set("authorization", `Bearer ${token}`);
  if (options.body !== undefined) headers.set("content-type", "application/json");
  const timeout = AbortSignal.timeout(TIMEOUT_MS);
  let response: Response;
  try {
    response = await fetch(`/api/v1${path}${search(options.query)}`, {
      method,
      headers,
      body: options.body === undefined ? undefined : JSON.stringify(options.body),
      signal: options.signal ? AbortSignal.any([options.signal, timeout]) : timeout,
      cache: "no-store",
    });
  } catch (error) {
    if (options.signal?.aborted) throw error;
    throw new Problem({ type: "client/unreachable", title: "The server cannot be reached.", status: 0 });
  }
  if (response.ok) return (response.status === 204 ? undefined : await response.json()) as T;
  const problem = await readProblem(response);
  if (problem.status === 401 && token && token === session.token()) session.expired();
  throw problem;
}

async function readProblem(response: Response): Promise<Problem> {
  const fallback: ProblemBody = { type: "client/http", title: response.statusText || `HTTP ${response.status}`, status: response.status };
  try {
    const body = (await response.json()) as Partial<ProblemBody>;
    return new Problem({ ...fallback, ...body });
  } catch {
    return new Problem(fallback);
  }
}

function search(query: Query | undefined): string {
  const params = new URLSearchParams();
  for (const [name, value] of Object.entries(query ?? {})) {
    if (value !== null && value !== undefined) params.set(name, String(value));
  }
  const text = params.toString();
  return text && `?${text}`;
}

export const get = <T>(path: string, query?: Query, signal?: AbortSignal): Promise<T> => request<T>("GET", path, { query, signal });
export const post = <T>(path: string, body?: unknown): Promise<T> => request<T>("POST", path, { body });
export const put = <T>(path: string, body?: unknown): Promise<T> => request<T>("PUT", path, { body });
export const patch = <T>(path: string, body?: unknown): Promise<T> => request<T>("PATCH", path, { body });
export const remove = <T>(path: string): Promise<T> => request<T>("DELETE", path);
