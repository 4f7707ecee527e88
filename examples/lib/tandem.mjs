// The API over HTTP.

/** Why the server did not do what it was asked (RFC 9457). Status 0: it could not be asked. */
export class Problem extends Error {
  constructor(status, { type = "", title = "The server refused", detail, errors = [] }) {
    super([title, detail, ...errors.map(({ field, message }) => `${field}: ${message}`)].filter(Boolean).join("; "));
    this.status = status;
    /** The last part of `type`. */
    this.slug = type.split("/").at(-1);
  }

  /** Whether the same may succeed later. */
  get transient() {
    return [0, 408, 429].includes(this.status) || this.status >= 500 || this.slug === "still-in-hand";
  }
}

/** Nothing of ours takes longer to answer. */
const TIMEOUT_MS = 10_000;

export class Tandem {
  /** `address` is the server's, as `https://tandem.example`. */
  constructor(address, token) {
    const url = URL.canParse(address) ? new URL(address) : undefined;
    if (!["http:", "https:"].includes(url?.protocol)) throw new Error(`${address} is no address of a server, as http://127.0.0.1:8080`);
    this.address = url.origin;
    this.token = token;
  }

  get(path) {
    return this.#request("GET", path);
  }

  /** With a `key` the server does it once, however often it is asked. */
  post(path, body, key) {
    return this.#request("POST", path, body, key && { "idempotency-key": key });
  }

  /** All items of a list, page after page. */
  async list(path) {
    const items = [];
    let next = null;
    do {
      const page = await this.get(next ? `${path}?cursor=${encodeURIComponent(next)}` : path);
      items.push(...page.items);
      next = page.next;
    } while (next);
    return items;
  }

  async #request(method, path, body, headers) {
    let response, text;
    try {
      response = await fetch(`${this.address}/api/v1${path}`, {
        method,
        headers: { authorization: `Bearer ${this.token}`, ...(body && { "content-type": "application/json" }), ...headers },
        body: body && JSON.stringify(body),
        signal: AbortSignal.timeout(TIMEOUT_MS),
      });
      text = await response.text();
    } catch (error) {
      throw unreachable(this.address, error);
    }
    if (response.ok) return text ? JSON.parse(text) : undefined;
    // A proxy before the server refuses in words of its own.
    const typed = response.headers.get("content-type") === "application/problem+json";
    throw new Problem(response.status, typed ? JSON.parse(text) : { title: `${response.status} ${response.statusText}` });
  }
}

/** The network's own errors hide what happened: fetch's in `cause`, and one for several addresses in `errors`. */
export function unreachable(address, error) {
  const cause = error.cause ?? error;
  const why = cause.errors?.[0]?.message || cause.message || cause.code;
  return new Problem(0, { title: `${address} cannot be reached`, detail: why });
}
