import type { ProblemBody } from "./types.js";

/** A refusal by the server (RFC 9457), or by the network: then `status` is 0 and `type` begins with `client/`. */
export class TandemProblem extends Error {
  /** The HTTP status; 0 when there was no answer. */
  readonly status: number;
  /** Names the kind of problem, and stays the same. */
  readonly type: string;
  /** The last part of `type`. */
  readonly slug: string;
  /** Short, the same for every occurrence. */
  readonly title: string;
  /** This occurrence, in words somebody can act on. */
  readonly detail: string | undefined;
  /** What was wrong where, when the body was at fault. */
  readonly errors: NonNullable<ProblemBody["errors"]>;
  /** Seconds after which it is worth trying again, where the server says so. */
  readonly retryAfter: number | undefined;
  /** Where to ask instead, when the org lives in another region (`other-region`). */
  readonly address: string | undefined;
  /** As it came. */
  readonly body: ProblemBody;

  constructor(body: ProblemBody, options?: ErrorOptions) {
    super(body.detail ?? body.title, options);
    this.name = "TandemProblem";
    this.status = body.status;
    this.type = body.type;
    this.slug = body.type.slice(body.type.lastIndexOf("/") + 1);
    this.title = body.title;
    this.detail = body.detail ?? undefined;
    this.errors = body.errors ?? [];
    this.retryAfter = body.retry_after_seconds ?? undefined;
    this.address = body.address ?? undefined;
    this.body = body;
  }

  /** Whether trying the same again later can succeed. */
  get transient(): boolean {
    return this.status === 0 || this.status === 408 || this.status === 429 || this.status >= 500 || this.slug === "still-in-hand";
  }
}

/** A problem on this side: `slug` names it. */
export function clientProblem(slug: string, title: string, more: { detail?: string; status?: number; cause?: unknown } = {}): TandemProblem {
  return new TandemProblem({ type: `client/${slug}`, title, status: more.status ?? 0, detail: more.detail }, { cause: more.cause });
}

/** The network's own errors hide what happened: those of `fetch` in `cause`, and one for several addresses in `errors`. */
export function unreachable(error: unknown): TandemProblem {
  const cause = ((error as Error).cause ?? error) as Error & { code?: string; errors?: Error[] };
  const why = cause.errors?.[0]?.message || cause.message || cause.code;
  const title = "The server cannot be reached.";
  return clientProblem("unreachable", title, { detail: why ? `The server cannot be reached: ${why}` : undefined, cause: error });
}

/** The problem that an answer other than 2xx tells of. A proxy before the server refuses in words of its own. */
export async function problemOf(response: Response): Promise<TandemProblem> {
  const seconds = Number.parseInt(response.headers.get("retry-after") ?? "", 10);
  const body: ProblemBody = {
    type: "client/http",
    title: `${response.status} ${response.statusText}`.trim(),
    status: response.status,
    retry_after_seconds: Number.isNaN(seconds) ? undefined : seconds,
  };
  try {
    const said = (await response.json()) as Partial<ProblemBody> | null;
    // A program's refusal by OAuth (RFC 6749 §5.2) is no problem+json.
    const { error, error_description } = (said ?? {}) as { error?: unknown; error_description?: string };
    if (typeof error === "string") return new TandemProblem({ ...body, type: `oauth/${error}`, title: error, detail: error_description });
    return new TandemProblem(typeof said?.type === "string" ? { ...body, ...said } : body);
  } catch {
    return new TandemProblem(body);
  }
}
