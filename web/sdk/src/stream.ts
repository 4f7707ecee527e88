/** The log as server-sent events, over plain HTTP: for programs where there is no WebSocket, and that want a loop rather than callbacks. */
import { backoff } from "./backoff.js";
import { compareCursors } from "./cursor.js";
import { sleep, type Http } from "./http.js";
import { clientProblem, TandemProblem } from "./problem.js";
import type { Cursor, Event, Topic } from "./types.js";

export interface StreamOptions {
  /** The cursor to go on after; without one, from now. */
  after?: Cursor | null;
  /** Only these; by default all that the token may see. */
  topics?: Topic[];
  /** Only these kinds; a trailing `*` matches any ending (`call.*`). */
  kinds?: string[];
  /** The connection is gone, for that reason, and is made anew. */
  lost?: (why: string) => void;
  /** Ends it, without an error. */
  until?: AbortSignal;
}

/** The server says something every 15 s. Nothing for this long: the connection is dead, whatever it looks like. */
const SILENCE_MS = 45_000;

interface Part {
  event: string;
  data: string;
}

/** Every event once and in order, over any number of connections. */
export async function* stream(http: Http, options: StreamOptions, random: () => number): AsyncGenerator<Event, void, undefined> {
  const { topics, kinds, lost, until } = options;
  const query = { topics: topics?.join(","), kinds: kinds?.join(",") };
  const isOver = () => until?.aborted ?? false;
  let after = options.after ?? null;
  for (let failures = 0; !isOver(); ) {
    let retryMs: number | undefined;
    let why = "The connection was lost.";
    const ended = new AbortController();
    const signal = until ? AbortSignal.any([until, ended.signal]) : ended.signal;
    try {
      const headers: Record<string, string> = after === null ? {} : { "last-event-id": after };
      const response = await http.open("/api/v1/events", { ...query, after }, { accept: "text/event-stream", ...headers }, signal);
      for await (const part of parts(response, signal, (ms) => (retryMs = ms))) {
        failures = 0;
        if (part.event === "open") after = (JSON.parse(part.data) as { cursor: Cursor }).cursor;
        else if (part.event === "close") why = (JSON.parse(part.data) as { reason: string }).reason;
        else if (part.event === "") {
          const event = JSON.parse(part.data) as Event;
          if (after !== null && compareCursors(event.cursor, after) <= 0) continue;
          after = event.cursor;
          yield event;
        }
      }
    } catch (error) {
      if (isOver()) return;
      if (!(error instanceof TandemProblem) || !error.transient) throw error;
      why = error.message;
      if (error.retryAfter !== undefined) retryMs = error.retryAfter * 1_000;
    } finally {
      // Also when whoever reads has had enough.
      ended.abort();
    }
    if (isOver()) return;
    lost?.(why);
    // Never sooner than the server wants, and later with every time in vain.
    await sleep(Math.max(retryMs ?? 0, backoff(failures++, random)), until).catch(() => undefined);
  }
}

/** The parts of a stream (HTML Standard §9.2.6). */
async function* parts(response: Response, signal: AbortSignal, retry: (ms: number) => void): AsyncGenerator<Part, void, undefined> {
  const reader = response.body!.getReader();
  const decoder = new TextDecoder();
  let text = "";
  let part: Part = { event: "", data: "" };
  for (;;) {
    const read = await within(reader.read(), signal);
    if (read.done) return;
    text += decoder.decode(read.value, { stream: true });
    for (let end = text.indexOf("\n"); end >= 0; end = text.indexOf("\n")) {
      const line = text.slice(0, end);
      text = text.slice(end + 1);
      const [, name, value = ""] = /^([^:]*):? ?(.*)$/s.exec(line)!;
      if (line === "") {
        if (part.data !== "") yield part;
        part = { event: "", data: "" };
      } else if (name === "event") part.event = value;
      else if (name === "data") part.data += part.data === "" ? value : `\n${value}`;
      else if (name === "retry" && /^\d+$/.test(value)) retry(Number(value));
    }
  }
}

/** What is read, unless nothing comes for too long or the connection breaks. */
async function within<T>(reading: Promise<T>, signal: AbortSignal): Promise<T> {
  const over = new AbortController();
  const silence = sleep(SILENCE_MS, AbortSignal.any([signal, over.signal])).then(() => {
    throw clientProblem("silence", "Nothing came from the server for too long.");
  });
  silence.catch(() => undefined);
  try {
    return await Promise.race([reading, silence]);
  } catch (error) {
    if (error instanceof TandemProblem) throw error;
    throw clientProblem("lost", "The connection was lost.", { cause: error });
  } finally {
    over.abort();
  }
}
