import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { Problem } from "../api/client";
import type { Message } from "../api/types";
import { createStore } from "../store";
import { Outbox, type Outgoing } from "./outbox";

const problem = (status: number) => new Problem({ type: "x/y", title: "No", status });
const message = ({ chat, client_id, text }: Outgoing): Message => ({
  id: `m-${client_id}`, chat, client_id, text, seq: 1, author: "me", at: "", edited_at: null, deleted: false,
});

let answers: ((outgoing: Outgoing) => Promise<Message>)[];
let sent: string[];
let arrived: string[];

function make(start: readonly Outgoing[] = []): Outbox {
  const send = (outgoing: Outgoing) => {
    sent.push(outgoing.client_id);
    return (answers.shift() ?? (async (each) => message(each)))(outgoing);
  };
  return new Outbox(createStore(start), send, (each) => arrived.push(each.client_id), () => 0.5);
}

const write = (outbox: Outbox, client_id: string, chat = "c") => outbox.add({ client_id, chat, text: client_id, at: 0 });

beforeEach(() => {
  vi.useFakeTimers();
  [answers, sent, arrived] = [[], [], []];
});
afterEach(() => vi.useRealTimers());

it("sends a chat's messages one after the other, in order", async () => {
  let release = () => undefined as void;
  answers.push((each) => new Promise((resolve) => (release = () => resolve(message(each)))));
  const outbox = make();
  write(outbox, "1");
  write(outbox, "2");
  write(outbox, "other", "d");
  await vi.advanceTimersByTimeAsync(0);
  expect(sent).toEqual(["1", "other"]);
  release();
  await vi.advanceTimersByTimeAsync(0);
  expect(sent).toEqual(["1", "other", "2"]);
  expect(outbox.items.get()).toEqual([]);
});

it("keeps a message over a lost network and sends it again under the same id", async () => {
  answers.push(() => Promise.reject(problem(0)), () => Promise.reject(problem(503)));
  const outbox = make();
  write(outbox, "1");
  await vi.advanceTimersByTimeAsync(0);
  expect(outbox.items.get()[0]?.state).toBe("waiting");
  await vi.advanceTimersByTimeAsync(225);
  expect(sent).toEqual(["1", "1"]);
  outbox.flush();
  await vi.advanceTimersByTimeAsync(0);
  expect(sent).toEqual(["1", "1", "1"]);
  expect(arrived).toEqual(["1"]);
});

it("marks what the server refuses, goes on with the next, and retries when told", async () => {
  answers.push(() => Promise.reject(problem(422)));
  const outbox = make();
  write(outbox, "1");
  write(outbox, "2");
  await vi.advanceTimersByTimeAsync(0);
  expect(outbox.items.get()).toMatchObject([{ client_id: "1", state: "failed", reason: "No" }]);
  expect(arrived).toEqual(["2"]);
  outbox.retry("1");
  await vi.advanceTimersByTimeAsync(0);
  expect(arrived).toEqual(["2", "1"]);
});

it("sends after a reload what was on its way before it", async () => {
  const outbox = make([{ client_id: "1", chat: "c", text: "hello", at: 0, state: "sending" }]);
  outbox.flush();
  await vi.advanceTimersByTimeAsync(0);
  expect(arrived).toEqual(["1"]);
});

it("drops what the stream says has arrived", () => {
  answers.push(() => new Promise(() => undefined));
  const outbox = make();
  write(outbox, "1");
  outbox.confirm("1");
  expect(outbox.items.get()).toEqual([]);
});
