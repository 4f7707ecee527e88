/** Requests: what goes with each, what is sent again when it fails, and refusals as errors. */
import { clientProblem, problemOf, TandemProblem, unreachable } from "./problem.js";
import { retryIn } from "./retry.js";
import { uuid } from "./uuid.js";

type Value = string | number | boolean | null | undefined;
/** Values of an address's query; what is null or undefined is left out, a list's items are repeated. */
export type QueryValues = Record<string, Value | readonly Value[]>;

/** A bearer token, or who knows it at the moment; null when nobody is signed in. */
export type TokenSource = string | (() => string | null | Promise<string | null>);

export interface HttpOptions {
  /** The server's address, as `https://tandem.example`. A page that came from the server needs none. */
  url?: string;
  /** Without one, only what is open to anybody succeeds. */
  token?: TokenSource;
  /** The server no longer takes this token. */
  expired?: (token: string) => void;
  /** In place of the global `fetch`. */
  fetch?: typeof globalThis.fetch;
  /** Milliseconds an answer may take, 20 s by default. */
  timeoutMs?: number;
  /** How often a request that fails is sent again, where that can do no harm: 2 by default. */
  retries?: number;
  random?: () => number;
}

export interface RequestOptions {
  signal?: AbortSignal;
  headers?: Record<string, string>;
  /**
   * Under one key the server carries a `POST` out once, however often it is sent within a day. By default each gets a key of its own,
   * unless nothing is sent again (`retries: 0`). Null: none is needed, because the body itself says what makes two of them the same.
   */
  idempotencyKey?: string | null;
  /** The version that is to be changed, from `etagOf`; when it is no longer that, the answer is 412. */
  ifMatch?: string;
  timeoutMs?: number;
  retries?: number;
}

/** A request, as the operations make them. */
export interface Outgoing {
  method: "GET" | "POST" | "PUT" | "PATCH" | "DELETE";
  /** Beginning with `/api/`. */
  path: string;
  query?: QueryValues;
  body?: unknown;
  /** The body goes as a form, not as JSON. */
  form?: boolean;
  /** A `POST` that takes no Idempotency-Key, so that it must not be repeated. */
  unkeyed?: boolean;
  /** Needs no token. */
  open?: boolean;
}

const TIMEOUT_MS = 20_000;
const RETRIES = 2;

const etags = new WeakMap<object, string>();

/** The version of something that was answered, where the server said it. */
export const etagOf = (answer: object): string | undefined => etags.get(answer);

export class Http {
  readonly origin: string;

  constructor(private readonly options: HttpOptions) {
    const { url } = options;
    if (url && !(/^https?:/.test(url) && URL.canParse(url))) throw new Error(`${url} is no address of a server, as http://127.0.0.1:8080`);
    this.origin = url ? new URL(url).origin : "";
  }

  async token(): Promise<string | null> {
    const { token } = this.options;
    return typeof token === "function" ? token() : (token ?? null);
  }

  async send<T>(request: Outgoing, options: RequestOptions = {}): Promise<T> {
    const retries = options.retries ?? this.options.retries ?? RETRIES;
    const key = options.idempotencyKey === undefined && retries > 0 ? uuid() : options.idempotencyKey;
    const keyed = request.method === "POST" && !request.unkeyed;
    const headers: Record<string, string> = { ...options.headers };
    if (keyed && key) headers["idempotency-key"] = key;
    if (options.ifMatch !== undefined) headers["if-match"] = options.ifMatch;
    const repeatable = canRepeat(request.method, keyed && key !== undefined, options.ifMatch !== undefined);
    for (let attempt = 0; ; attempt++) {
      try {
        return await this.attempt<T>(request, headers, options);
      } catch (error) {
        if (!(error instanceof TandemProblem) || !repeatable || attempt >= retries) throw error;
        const wait = retryIn(error, attempt, this.options.random ?? Math.random);
        if (wait === undefined) throw error;
        await sleep(wait, options.signal);
      }
    }
  }

  /** A `GET` whose answer is read as it comes, for as long as it lasts. */
  async open(path: string, query: QueryValues, extra: Record<string, string>, signal: AbortSignal): Promise<Response> {
    const headers = new Headers(extra);
    const token = await this.authorize(headers);
    let response: Response;
    try {
      const fetch = this.options.fetch ?? globalThis.fetch;
      response = await fetch(`${this.origin}${path}${search(query)}`, { headers, signal, cache: "no-store" });
    } catch (error) {
      throw signal.aborted ? error : unreachable(error);
    }
    if (response.ok) return response;
    throw await this.refusal(response, token);
  }

  /** Puts the token into a request that does not have another; answers it. */
  private async authorize(headers: Headers, open = false): Promise<string | null> {
    const token = await this.token();
    // What a page asks while it goes away on signing out ends here.
    if (!token && !open) throw clientProblem("signed-out", "Signed out.", { status: 401 });
    if (token && !headers.has("authorization")) headers.set("authorization", `Bearer ${token}`);
    return token;
  }

  private async refusal(response: Response, token: string | null): Promise<TandemProblem> {
    const problem = await problemOf(response);
    if (problem.status === 401 && token && token === (await this.token())) this.options.expired?.(token);
    return problem;
  }

  private async attempt<T>(request: Outgoing, extra: Record<string, string>, options: RequestOptions): Promise<T> {
    const headers = new Headers({ accept: "application/json", ...extra });
    const token = await this.authorize(headers, request.open);
    const timeout = AbortSignal.timeout(options.timeoutMs ?? this.options.timeoutMs ?? TIMEOUT_MS);
    let response: Response;
    let text: string | undefined;
    try {
      const fetch = this.options.fetch ?? globalThis.fetch;
      response = await fetch(`${this.origin}${request.path}${search(request.query)}`, {
        method: request.method,
        headers,
        body: encoded(request, headers),
        signal: options.signal ? AbortSignal.any([options.signal, timeout]) : timeout,
        cache: "no-store",
      });
      if (response.ok) text = await response.text();
    } catch (error) {
      if (options.signal?.aborted) throw error;
      throw unreachable(error);
    }
    if (text === undefined) throw await this.refusal(response, token);
    return decoded<T>(text, response);
  }
}

/** Whether sending a request twice is as good as once (RFC 9110 §9.2.2). A version that was matched by the first is gone for the second. */
function canRepeat(method: Outgoing["method"], keyed: boolean, conditional: boolean): boolean {
  if (conditional || method === "PATCH") return false;
  return method !== "POST" || keyed;
}

function encoded({ body, form }: Outgoing, headers: Headers): string | URLSearchParams | undefined {
  if (body === undefined) return undefined;
  if (form) return new URLSearchParams(Object.entries(body as Record<string, Value>).flatMap(pairs));
  headers.set("content-type", "application/json");
  return JSON.stringify(body);
}

function decoded<T>(text: string, response: Response): T {
  if (text === "") return undefined as T;
  let answer: unknown;
  try {
    answer = JSON.parse(text);
  } catch (error) {
    throw clientProblem("unreadable", "What was answered is not the server's.", { cause: error });
  }
  const etag = response.headers.get("etag");
  if (etag && typeof answer === "object" && answer !== null) etags.set(answer, etag);
  return answer as T;
}

function search(query: QueryValues | undefined): string {
  const text = new URLSearchParams(Object.entries(query ?? {}).flatMap(pairs)).toString();
  return text && `?${text}`;
}

function pairs([name, value]: [string, Value | readonly Value[]]): [string, string][] {
  const values = Array.isArray(value) ? (value as readonly Value[]) : [value as Value];
  return values.filter((each) => each !== null && each !== undefined).map((each) => [name, String(each)]);
}

/** Waits; throws the signal's reason when that comes first. */
export function sleep(ms: number, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    if (signal?.aborted) return reject(signal.reason as Error);
    const stop = () => {
      clearTimeout(timer);
      reject(signal?.reason as Error);
    };
    const timer = setTimeout(() => {
      signal?.removeEventListener("abort", stop);
      resolve();
    }, ms);
    signal?.addEventListener("abort", stop, { once: true });
  });
}

/** A path whose values are encoded. */
export function path(parts: TemplateStringsArray, ...values: (string | number)[]): string {
  return String.raw({ raw: parts }, ...values.map((value) => encodeURIComponent(value)));
}
