/** Everything that runs while somebody is signed in: the socket, the feed into the cache, the outbox, the peer connection. */
import type { Connection, ConnectionState } from "@tandem/sdk";
import { tandem } from "../api/client";
import { queries, queryClient } from "../api/queries";
import type { Me } from "../api/types";
import { forgetMessages } from "../chat/live";
import { outbox } from "../chat/sending";
import { RtcSession } from "../rtc/session";
import * as localMedia from "../rtc/media";
import { isActive } from "../socket/activity";
import { deviceId } from "../socket/device";
import { Feed, onSignal } from "../socket/feed";
import { standForLeader } from "../socket/leader";
import { onTick } from "../socket/ticker";
import { createStore } from "../store";
import { token } from "./session";

export interface Live {
  connection: Connection;
  rtc: RtcSession;
  device: string;
}

/** Null while signed out. */
export const live = createStore<Live | null>(null);
/** The connection's state, in one place over sign-ins. */
export const connectionState = createStore<ConnectionState>({ kind: "idle" });

const HEARTBEAT_TICKS = 3;

let stop: (() => void) | null = null;
let generation = 0;

export async function goLive(): Promise<void> {
  const mine = ++generation;
  if (!token.get() || stop) return;
  const device = await deviceId();
  if (mine !== generation) return;

  const feed = new Feed(queryClient);
  const connection = tandem.connect({
    device,
    load: () => load(),
    event: (event) => feed.event(event),
    signal: (_, signal) => feed.signal(signal),
    live: ({ resumed, gap }) => resumed && feed.resumed(gap),
    active: () => isActive() || localMedia.local.get().microphone !== null,
  });
  const rtc = new RtcSession(connection, () => void queryClient.invalidateQueries({ queryKey: ["tracks"] }));
  const undo = [
    connection.state.subscribe(() => {
      const state = connection.state.get();
      connectionState.set(state);
      if (state.kind === "live") {
        outbox.flush();
        rtc.live();
      } else if (state.kind === "signed_out") token.set(null);
    }),
    onSignal((signal) => {
      if (signal.signal === "rtc_lost" && signal.device === device) rtc.renew();
      if (signal.signal === "rtc_migrate" && signal.device === device) rtc.migrate(signal.node ?? null);
    }),
    onTick(ticker(connection, rtc)),
    on("online", () => connection.hurry()),
    on("focus", () => connection.hurry()),
  ];
  stop = () => {
    for (const each of undo) each();
    rtc.stop();
    connection.stop();
    connectionState.set({ kind: "idle" });
    live.set(null);
  };
  standForLeader();
  live.set({ connection, rtc, device });
  connection.start();
}

export function goDark(): void {
  generation++;
  stop?.();
  stop = null;
  for (const source of ["microphone", "camera", "screen"] as const) localMedia.close(source);
  forgetMessages();
}

function ticker(connection: Connection, rtc: RtcSession): () => void {
  let ticks = 0;
  return () => {
    rtc.tick();
    if (++ticks % HEARTBEAT_TICKS === 0) connection.beat();
  };
}

/** What every screen starts from. Fetched between `authenticate` and `subscribe`, so that no event falls between. */
async function load(): Promise<void> {
  const me = await queryClient.fetchQuery({ ...queries.me, staleTime: 0 });
  // What screens fetched by themselves before the stream began may lack what happened since.
  const stale = queryClient.invalidateQueries({ refetchType: "active", predicate: (query) => query.queryKey[0] !== "me" });
  await Promise.all([
    stale,
    queryClient.ensureQueryData(queries.people),
    may(me, "call:use") && queryClient.fetchQuery({ ...queries.activeCalls, staleTime: 0 }),
    may(me, "chat:use") && queryClient.ensureQueryData(queries.chats),
    may(me, "agent:on_queue") && queryClient.ensureQueryData(queries.myAgent),
  ]).catch(() => undefined);
}

const may = (me: Me, permission: string): boolean => me.permissions.includes(permission);

function on(event: string, listener: () => void): () => void {
  window.addEventListener(event, listener);
  return () => window.removeEventListener(event, listener);
}
