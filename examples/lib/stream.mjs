// The event stream over the WebSocket.
import { randomUUID } from "node:crypto";
import { on, once } from "node:events";
import { setTimeout as wait } from "node:timers/promises";
import WebSocket from "ws";
import { Problem, unreachable } from "./tandem.mjs";

const FIRST_WAIT_MS = 300;
const LAST_WAIT_MS = 10_000;
/** The server pings who has said nothing for 15 s. When not even that comes, the connection is dead. */
const SILENCE_MS = 45_000;
/** Frames that may wait for what is done about those before them; then the server waits. */
const WAITING = { highWaterMark: 1_000, lowWaterMark: 100 };
const SESSION_ENDED = 4401;
const [AUTHENTICATE, SUBSCRIBE] = [1, 2];

/**
 * Follows everything `tandem`'s token may see, until `stopping` is aborted, over any number of connections. One thing is done after the
 * other: each of the functions is awaited before the next is called.
 *
 * - `after`: the cursor to go on from; without one, from now.
 * - `live(cursor, gap)`: a connection stands, and events after `cursor` will come. Signals are not repeated: whoever lives by them
 *   fetches here what they tell of. `gap` when the server no longer knew the cursor, so that events were missed.
 * - `event(event)`: when it fails with what may pass, the event comes once more; other errors end it all.
 * - `signal(signal)`: something of the moment.
 * - `lost(why)`: the connection is gone and will be made anew.
 *
 * A program is nobody at a desk, so there are no heartbeats: its person seems present for some seconds after it connects, no longer.
 */
export async function follow(tandem, { after = null, live, event, signal, lost, stopping }) {
  const state = { cursor: after, attempt: 0, device: randomUUID() };
  while (!stopping.aborted) {
    const since = Date.now();
    try {
      await connection(tandem, state, { live, event, signal, stopping });
    } catch (error) {
      if (!(error instanceof Problem && error.transient)) throw error;
      if (!stopping.aborted) lost?.(error.message);
    }
    // Only one that held counts as a success: it may be what is done about an event that fails.
    if (Date.now() - since > LAST_WAIT_MS) state.attempt = 0;
    const full = Math.min(LAST_WAIT_MS, FIRST_WAIT_MS * 2 ** Math.min(state.attempt++, 16));
    // Half of it by chance, so that those who lost a server do not come back all at once.
    await wait((full / 2) * (1 + Math.random()), undefined, { signal: stopping }).catch(() => {});
  }
}

async function connection(tandem, state, { live, event, signal, stopping }) {
  const socket = new WebSocket(`${tandem.address.replace("http", "ws")}/api/v1/ws`, { handshakeTimeout: 10_000, closeTimeout: 1_000 });
  const ask = (id, type, data) => socket.send(JSON.stringify({ id, type, data }));
  const subscribe = () => ask(SUBSCRIBE, "subscribe", { topics: [], after: state.cursor });
  const silence = setTimeout(() => socket.terminate(), SILENCE_MS);
  socket.on("ping", () => silence.refresh());
  // Errors are told by `received`; one that comes after it has nobody else to go to.
  socket.on("error", () => {});
  const stop = () => socket.close(1000);
  stopping.addEventListener("abort", stop);
  let head;
  let gap = false;
  try {
    for await (const frame of received(socket)) {
      if (stopping.aborted) return;
      if (frame.type === "open") {
        ask(AUTHENTICATE, "authenticate", { token: tandem.token, device: state.device });
      } else if (frame.type === "reply" && frame.id === AUTHENTICATE) {
        head = frame.data.cursor;
        state.cursor ??= head;
        subscribe();
      } else if (frame.type === "reply" && frame.id === SUBSCRIBE) {
        await live?.(state.cursor, gap);
      } else if (frame.type === "error" && frame.data.type.endsWith("/unknown-cursor") && !gap) {
        // The server was restored from an older copy.
        gap = true;
        state.cursor = head;
        subscribe();
      } else if (frame.type === "error") {
        throw new Problem(frame.data.status, frame.data);
      } else if (frame.type === "event") {
        await event?.(frame.data);
        state.cursor = frame.cursor;
      } else if (frame.type === "signal") {
        await signal?.(frame.data);
      }
    }
  } finally {
    clearTimeout(silence);
    stopping.removeEventListener("abort", stop);
    socket.close(1000);
  }
}

/** What a socket receives until it is closed, which is an error; first that it is open. */
async function* received(socket) {
  let code, reason;
  socket.once("close", (...args) => ([code, reason] = args));
  const messages = on(socket, "message", { close: ["close"], ...WAITING });
  try {
    await once(socket, "open");
    yield { type: "open" };
    for await (const [text] of messages) yield JSON.parse(text);
  } catch (error) {
    throw unreachable(socket.url, error);
  }
  if (code === SESSION_ENDED) throw new Problem(401, { title: "The token is not valid any more" });
  throw unreachable(socket.url, { message: String(reason) || `closed with ${code}` });
}
