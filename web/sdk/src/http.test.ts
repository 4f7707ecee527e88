import { describe, expect, it, vi } from "vitest";
import { etagOf } from "./http.js";
import { TandemProblem } from "./problem.js";
import { Tandem, type TandemOptions } from "./tandem.js";

interface Sent {
  url: string;
  method: string;
  headers: Headers;
  body: unknown;
}

const json = (body: unknown, status = 200, headers: Record<string, string> = {}) =>
  new Response(JSON.stringify(body), { status, headers: { "content-type": "application/json", ...headers } });
const refusal = (status: number, slug: string, more: object = {}) =>
  json({ type: `https://tandem.dev/problems/${slug}`, title: "No", status, ...more }, status, { "content-type": "application/problem+json" });
const broken = () => Promise.reject(new TypeError("fetch failed", { cause: new Error("connect ECONNREFUSED 127.0.0.1:1") }));

/** A client whose server gives these answers, one after the other. */
function client(answers: (() => Response | Promise<Response>)[], options: TandemOptions = {}) {
  const sent: Sent[] = [];
  const fetch = (async (url: string, { method, headers, body }: RequestInit) => {
    sent.push({ url, method: method!, headers: headers as Headers, body });
    const answer = answers.shift();
    if (!answer) throw new Error(`nobody expected ${method} ${url}`);
    return answer();
  }) as typeof globalThis.fetch;
  const tandem = new Tandem({ url: "http://tandem.test", token: "tdp_x", fetch, random: () => 0.5, ...options });
  return { tandem, sent };
}

/** Lets all waits pass at once, and tells how long they were. */
async function waits(work: () => Promise<unknown>): Promise<number[]> {
  vi.useFakeTimers();
  const asked: number[] = [];
  const real = globalThis.setTimeout;
  const spy = vi.spyOn(globalThis, "setTimeout").mockImplementation(((then: () => void, ms: number) => {
    asked.push(ms);
    return real(then, ms);
  }) as never);
  try {
    const done = work();
    done.catch(() => undefined);
    await vi.runAllTimersAsync();
    await done;
  } finally {
    spy.mockRestore();
    vi.useRealTimers();
  }
  return asked;
}

const MESSAGE = { client_id: "c", text: "Hello" };

describe("a request", () => {
  it("names its path, query, body and token as the operation has them", async () => {
    const { tandem, sent } = client([() => json({ items: [] }), () => json({ id: "m" }, 201)]);
    await tandem.people.list({ query: "bea & co", cursor: undefined, limit: 5 });
    await tandem.chats.messages.create("a/b", MESSAGE);
    expect(sent[0]!.url).toBe("http://tandem.test/api/v1/people?query=bea+%26+co&limit=5");
    expect(sent[0]!.headers.get("authorization")).toBe("Bearer tdp_x");
    expect(sent[0]!.headers.get("idempotency-key")).toBeNull();
    expect(sent[1]).toMatchObject({ method: "POST", url: "http://tandem.test/api/v1/chats/a%2Fb/messages", body: JSON.stringify(MESSAGE) });
  });

  it("sends a form where the operation takes one, without a token, and reads OAuth's refusals", async () => {
    const { tandem, sent } = client([() => json({ error: "invalid_grant", error_description: "Used up." }, 400)], { token: () => null });
    const refused = tandem.oauth.token({ grant_type: "refresh_token", refresh_token: "tdr_x", client_id: "c" } as never);
    await expect(refused).rejects.toMatchObject({ status: 400, slug: "invalid_grant", message: "Used up." });
    expect(String(sent[0]!.body)).toBe("grant_type=refresh_token&refresh_token=tdr_x&client_id=c");
    expect(sent[0]!.headers.has("content-type")).toBe(false);
  });

  it("is not sent when nobody is signed in", async () => {
    const { tandem, sent } = client([], { token: async () => null });
    await expect(tandem.me.get()).rejects.toMatchObject({ status: 401, slug: "signed-out" });
    expect(sent).toEqual([]);
  });

  it("tells when the token is no longer taken, unless there is another by now", async () => {
    const expired = vi.fn();
    let token = "old";
    const no = () => refusal(401, "unauthenticated");
    const { tandem } = client([no, () => ((token = "new"), no())], { token: () => token, expired });
    await expect(tandem.me.get()).rejects.toThrow(TandemProblem);
    expect(expired.mock.calls).toEqual([["old"]]);
    await expect(tandem.me.get()).rejects.toThrow(TandemProblem);
    expect(expired).toHaveBeenCalledTimes(1);
  });

  it("has no answer where there is none, and remembers the version of what has one", async () => {
    const { tandem, sent } = client([() => new Response(null, { status: 204 }), () => json({ id: "q" }, 200, { etag: '"7"' }), () => json({})]);
    expect(await tandem.chats.typing("c")).toBeUndefined();
    const queue = await tandem.queues.get("q");
    expect(etagOf(queue)).toBe('"7"');
    await tandem.queues.update("q", queue, { ifMatch: etagOf(queue) });
    expect(sent[2]!.headers.get("if-match")).toBe('"7"');
  });
});

describe("a refusal", () => {
  it("is what the server says of it", async () => {
    const errors = [{ field: "text", message: "too long" }];
    const { tandem } = client([() => refusal(422, "invalid", { detail: "The text is too long.", errors, retry_after_seconds: 3 })]);
    const problem: unknown = await tandem.me.get().catch((error: unknown) => error);
    expect(problem).toBeInstanceOf(TandemProblem);
    expect(problem).toMatchObject({ status: 422, slug: "invalid", title: "No", message: "The text is too long.", errors, retryAfter: 3, transient: false });
  });

  it("is a problem also in a proxy's words, and when what answers is not the server", async () => {
    const page = (status: number) => () => new Response("<html>", { status, headers: { "retry-after": "60" } });
    const { tandem } = client([page(413), page(200)]);
    await expect(tandem.me.get()).rejects.toMatchObject({ status: 413, slug: "http", retryAfter: 60 });
    await expect(tandem.me.get()).rejects.toMatchObject({ status: 0, slug: "unreadable" });
  });
});

describe("a request that fails", () => {
  it("is sent again with the same key after a lost connection, at growing distances", async () => {
    const { tandem, sent } = client([broken, broken, () => json({ id: "m" }, 201)]);
    expect(await waits(() => tandem.chats.messages.create("c", MESSAGE))).toEqual([225, 450]);
    const keys = sent.map(({ headers }) => headers.get("idempotency-key"));
    expect(keys).toEqual([keys[0], keys[0], keys[0]]);
    expect(keys[0]).toMatch(/^[0-9a-f-]{36}$/);
  });

  it("has another key than the request before it", async () => {
    const { tandem, sent } = client([() => json({}), () => json({})]);
    for (let n = 0; n < 2; n++) await tandem.calls.decline("c");
    expect(sent[0]!.headers.get("idempotency-key")).not.toBe(sent[1]!.headers.get("idempotency-key"));
  });

  it("is given up after its retries, with the network's own words", async () => {
    const { tandem, sent } = client([broken, broken, broken]);
    await expect(waits(() => tandem.me.get())).rejects.toMatchObject({
      status: 0,
      slug: "unreachable",
      transient: true,
      message: "The server cannot be reached: connect ECONNREFUSED 127.0.0.1:1",
    });
    expect(sent).toHaveLength(3);
  });

  it("waits as long as the server says, and a little more, but not for ever", async () => {
    const busy = (seconds: number) => () => refusal(503, "unavailable", { retry_after_seconds: seconds });
    const soon = client([busy(2), () => json({})]);
    expect(await waits(() => soon.tandem.me.get())).toEqual([2_250]);
    const late = client([busy(3_600)]);
    await expect(waits(() => late.tandem.me.get())).rejects.toMatchObject({ status: 503, retryAfter: 3_600 });
    const limited = client([() => refusal(429, "too-many-requests", { retry_after_seconds: 1 }), () => json({})]);
    expect(await waits(() => limited.tandem.me.get())).toEqual([1_250]);
  });

  it("waits for its first attempt when that is still under way", async () => {
    const { tandem } = client([broken, () => refusal(409, "still-in-hand", { retry_after_seconds: 1 }), () => json({ id: "c" }, 201)]);
    expect(await waits(() => tandem.chats.create({ kind: "direct", members: ["u"] } as never))).toEqual([225, 1_250]);
  });

  it("is not sent again when it could do something twice, or undo what somebody else did", async () => {
    const once = async (send: (tandem: Tandem) => Promise<unknown>) => {
      const { tandem, sent } = client([broken]);
      await expect(send(tandem)).rejects.toMatchObject({ slug: "unreachable" });
      expect(sent[0]!.headers.get("idempotency-key")).toBeNull();
    };
    await once((tandem) => tandem.sessions.create({ name: "n", password: "p" }));
    await once((tandem) => tandem.chats.messages.edit("c", "m", { text: "x" }));
    await once((tandem) => tandem.queues.update("q", {} as never, { ifMatch: '"7"' }));
    await once((tandem) => tandem.calls.dtmf("c", { digits: "5" }, { retries: 0 }));
  });

  it("is sent again without a key when its body says what makes it the same", async () => {
    const { tandem, sent } = client([broken, () => json({})]);
    expect(await waits(() => tandem.chats.messages.create("c", MESSAGE, { idempotencyKey: null }))).toEqual([225]);
    expect(sent.map(({ headers }) => headers.get("idempotency-key"))).toEqual([null, null]);
  });

  it("is not sent again for a refusal that stays one", async () => {
    const { tandem } = client([() => refusal(500, "internal"), () => refusal(403, "forbidden")]);
    await expect(tandem.me.get()).rejects.toMatchObject({ status: 500 });
    await expect(tandem.me.get()).rejects.toMatchObject({ status: 403 });
  });

  it("ends while it waits when it is called off", async () => {
    const abort = new AbortController();
    const { tandem, sent } = client([() => (queueMicrotask(() => abort.abort(new Error("called off"))), refusal(503, "unavailable", { retry_after_seconds: 9 }))]);
    await expect(tandem.me.get({ signal: abort.signal })).rejects.toThrow("called off");
    expect(sent).toHaveLength(1);
  });
});

describe("a list", () => {
  const page = (names: string[], next?: string) => () => json({ items: names.map((id) => ({ id })), next });

  it("is read page after page, each when it is wanted", async () => {
    const { tandem, sent } = client([page(["a", "b"], "1"), page([], "2"), page(["c"])]);
    const ids: string[] = [];
    for await (const { id } of tandem.people.all({ query: "x", limit: 2 })) {
      ids.push(id);
      if (id === "b") expect(sent).toHaveLength(1);
    }
    expect(ids).toEqual(["a", "b", "c"]);
    expect(sent.map(({ url }) => new URL(url).search)).toEqual(["?query=x&limit=2", "?query=x&limit=2&cursor=1", "?query=x&limit=2&cursor=2"]);
  });

  it("ends where one stops, and where a server points to the page it gave", async () => {
    const stopped = client([page(["a", "b"], "1")]);
    for await (const { id } of stopped.tandem.people.all()) if (id === "a") break;
    expect(stopped.sent).toHaveLength(1);
    const circle = client([page(["a"], "1"), page(["b"], "1")]);
    const ids = [];
    for await (const { id } of circle.tandem.people.all()) ids.push(id);
    expect(ids).toEqual(["a", "b"]);
  });
});
