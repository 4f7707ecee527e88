import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import type { StreamOptions } from "./stream.js";
import { Tandem } from "./tandem.js";
import { settle } from "./wire.fake.js";

beforeEach(() => void vi.useFakeTimers());
afterEach(() => vi.useRealTimers());

/** An answer whose body is written as it is wanted. */
class Answer {
  readonly headers: Headers;
  readonly url: string;
  private writer!: ReadableStreamDefaultController<Uint8Array>;
  readonly response: Response;
  ended = false;

  constructor(url: string, { headers, signal }: RequestInit) {
    this.url = url;
    this.headers = headers as Headers;
    const body = new ReadableStream<Uint8Array>({ start: (writer) => void (this.writer = writer), cancel: () => void (this.ended = true) });
    signal?.addEventListener("abort", () => {
      if (!this.ended) this.writer.error(signal.reason);
      this.ended = true;
    });
    this.response = new Response(body, { headers: { "content-type": "text/event-stream" } });
  }

  say(text: string): void {
    this.writer.enqueue(new TextEncoder().encode(text));
  }
  open(cursor: string): void {
    this.say(`id: ${cursor}\nretry: 700\nevent: open\ndata: {"cursor":"${cursor}","topics":[]}\n\n`);
  }
  event(cursor: string): void {
    this.say(`id: ${cursor}\ndata: {"cursor":"${cursor}","type":"x"}\n\n`);
  }
  close(): void {
    this.ended = true;
    this.writer.close();
  }
}

function follow(options: StreamOptions = {}, refuse: (attempt: number) => Response | undefined = () => undefined) {
  const answers: Answer[] = [];
  const seen: string[] = [];
  let attempt = 0;
  const fetch = (async (url: string, init: RequestInit) => {
    const refused = refuse(attempt++);
    if (refused) return refused;
    answers.push(new Answer(url, init));
    return answers.at(-1)!.response;
  }) as typeof globalThis.fetch;
  const tandem = new Tandem({ url: "http://tandem.test", token: "t", fetch, random: () => 0.5 });
  const end = (async () => {
    for await (const event of tandem.stream(options)) seen.push(event.cursor);
  })();
  end.catch(() => undefined);
  return { answers, seen, end, tandem };
}

const problem = (status: number, more: object = {}) =>
  new Response(JSON.stringify({ type: "x/y", title: "No", status, ...more }), { status, headers: { "content-type": "application/problem+json" } });

describe("the stream", () => {
  it("asks by its type, reads however the bytes are cut, and goes on after what it saw", async () => {
    const lost: string[] = [];
    const stop = new AbortController();
    const { answers, seen, end } = follow({ after: "0-5", topics: ["org:a", "user:b"], kinds: ["call.*"], lost: (why) => lost.push(why), until: stop.signal });
    await settle();
    const first = answers[0]!;
    expect(first.url).toBe("http://tandem.test/api/v1/events?topics=org%3Aa%2Cuser%3Ab&kinds=call.*&after=0-5");
    expect([first.headers.get("accept"), first.headers.get("last-event-id")]).toEqual(["text/event-stream", "0-5"]);
    first.open("0-5");
    for (const letter of 'id: 0-6\ndata: {"cursor":"0-6"}\n\n:\n\n') first.say(letter);
    first.event("0-7");
    first.say('id: 0-7\nretry: 2000\nevent: close\ndata: {"code":1013,"reason":"too slow"}\n\n');
    first.close();
    await settle();
    expect([seen, lost]).toEqual([["0-6", "0-7"], ["too slow"]]);
    await vi.advanceTimersByTimeAsync(1_999);
    expect(answers.length).toBe(1);
    await vi.advanceTimersByTimeAsync(1);
    expect(answers[1]!.headers.get("last-event-id")).toBe("0-7");
    answers[1]!.open("0-7");
    answers[1]!.event("0-7");
    answers[1]!.event("0-8");
    await settle();
    expect(seen).toEqual(["0-6", "0-7", "0-8"]);
    stop.abort();
    await end;
    expect(answers[1]!.ended).toBe(true);
  });

  it("gives up a connection that is silent, not one on which something is said", async () => {
    const lost: string[] = [];
    const { answers } = follow({ lost: (why) => lost.push(why) });
    await settle();
    answers[0]!.open("0-1");
    for (let n = 0; n < 5; n++) {
      await vi.advanceTimersByTimeAsync(15_000);
      answers[0]!.say(":\n\n");
    }
    expect([answers.length, lost]).toEqual([1, []]);
    await vi.advanceTimersByTimeAsync(46_000);
    expect([answers.length, lost]).toEqual([2, ["Nothing came from the server for too long."]]);
    expect(answers[0]!.ended).toBe(true);
    expect(answers[1]!.headers.get("last-event-id")).toBe("0-1");
  });

  it("waits as long as it is told, and ends where trying again is of no use", async () => {
    const { answers } = follow({}, (attempt) => (attempt === 0 ? problem(503, { retry_after_seconds: 4 }) : undefined));
    await vi.advanceTimersByTimeAsync(3_999);
    expect(answers.length).toBe(0);
    await vi.advanceTimersByTimeAsync(1);
    expect(answers.length).toBe(1);
    await expect(follow({}, () => problem(401)).end).rejects.toMatchObject({ status: 401 });
    await expect(follow({}, () => problem(422)).end).rejects.toMatchObject({ status: 422 });
  });

  it("lets go of the connection with the loop", async () => {
    const { tandem, answers } = follow();
    await settle();
    answers.length = 0;
    const loop = (async () => {
      for await (const event of tandem.stream()) return event.cursor;
    })();
    await settle();
    answers[0]!.open("0-1");
    answers[0]!.event("0-2");
    expect(await loop).toBe("0-2");
    expect(answers[0]!.ended).toBe(true);
  });
});
