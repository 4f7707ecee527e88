import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import type { Requests, RtcTrack, TrackId } from "../api/types";
import type { ConnectionState } from "@tandem/sdk";
import { createStore } from "../store";
import { local } from "./media";
import type { LocalVideo, Negotiate, PeerEvents } from "./peer";
import { media, RtcSession, type PeerLike } from "./session";

const track = (name: string) => ({ name }) as unknown as MediaStreamTrack;

class FakePeer implements PeerLike {
  state: RTCPeerConnectionState = "new";
  readonly audio = track("heard");
  closed = false;
  microphone: MediaStreamTrack | null = null;
  video: { local: LocalVideo; receive: readonly TrackId[] } | null = null;

  constructor(
    private readonly ask: Negotiate,
    readonly events: PeerEvents,
  ) {}

  negotiate(): void {
    this.ask("offer", [] as RtcTrack[]).catch((error: unknown) => {
      if (this.closed) return;
      this.close();
      this.events.failed(error);
    });
  }

  setMicrophone(microphone: MediaStreamTrack | null): Promise<void> {
    this.microphone = microphone;
    return Promise.resolve();
  }

  setVideo(video: LocalVideo, receive: readonly TrackId[]): void {
    this.video = { local: video, receive };
  }

  close(): void {
    this.closed = true;
  }

  become(state: RTCPeerConnectionState): void {
    this.state = state;
    this.events.state(state);
  }
}

/** A session whose server answers with the node named, or with `place`; `gone` nodes are not named any more. */
function start() {
  const peers: FakePeer[] = [];
  const sent: { type: string; node: unknown }[] = [];
  const server = { place: "a", gone: [] as string[], refuses: false };
  const state = createStore<ConnectionState>({ kind: "live" });
  const request = <T extends keyof Requests>(type: T, data: Requests[T][0]): Promise<Requests[T][1]> => {
    const named = (data as { node?: string | null }).node ?? null;
    sent.push({ type, node: named });
    if (type === "rtc.close") return Promise.resolve({});
    if (server.refuses) return Promise.reject(new Error("unavailable"));
    const node = named !== null && !server.gone.includes(named) ? named : server.place;
    return Promise.resolve({ sdp: "answer", node } as Requests[T][1]);
  };
  const session = new RtcSession({ request, state }, () => undefined, {
    makePeer: (ask, events) => {
      const peer = new FakePeer(ask, events);
      peers.push(peer);
      return peer;
    },
    random: () => 0.5,
  });
  const settle = () => vi.advanceTimersByTimeAsync(0);
  const connected = async () => {
    session.live();
    await settle();
    peers[0]!.become("connected");
  };
  return { session, peers, sent, server, state, settle, connected };
}

beforeEach(() => {
  vi.useFakeTimers();
  vi.spyOn(console, "warn").mockImplementation(() => undefined);
});
afterEach(() => {
  local.set({ microphone: null, camera: null, screen: null });
  vi.useRealTimers();
  vi.restoreAllMocks();
});

describe("a move to another media node", () => {
  it("keeps the old connection until the new one is connected, and takes everything along", async () => {
    const { session, peers, sent, settle, connected } = start();
    const [microphone, camera] = [track("microphone"), track("camera")];
    local.set({ microphone, camera, screen: null });
    session.watch(["their-camera"]);
    await connected();
    session.migrate("b");
    await settle();
    const [old, fresh] = peers as [FakePeer, FakePeer];
    expect(sent.at(-1)).toEqual({ type: "rtc.offer", node: "b" });
    expect(fresh.microphone).toBe(microphone);
    expect(fresh.video).toBeNull();
    expect(old.closed).toBe(false);
    expect(media.get()).toMatchObject({ state: "connected", audio: old.audio });

    fresh.become("connected");
    expect(old.closed).toBe(true);
    expect(media.get()).toMatchObject({ state: "connected", audio: fresh.audio });
    expect(fresh.video).toMatchObject({ local: { camera }, receive: ["their-camera"] });
    expect(sent.at(-1)).toEqual({ type: "rtc.close", node: "a" });
    // What the old one still says counts no more.
    old.become("failed");
    await vi.advanceTimersByTimeAsync(20_000);
    expect(peers).toHaveLength(2);
  });

  it("waits a moment when everybody is told, and lets the server choose", async () => {
    const { session, peers, sent, server, settle, connected } = start();
    await connected();
    server.place = "b";
    session.migrate(null);
    await settle();
    expect(peers).toHaveLength(1);
    await vi.advanceTimersByTimeAsync(250);
    expect(sent.at(-1)).toEqual({ type: "rtc.offer", node: null });
    peers[1]!.become("connected");
    expect(peers[0]!.closed).toBe(true);
  });

  it("is not made twice, and not to where the connection is", async () => {
    const { session, peers, settle, connected } = start();
    await connected();
    session.migrate("a");
    await settle();
    expect(peers).toHaveLength(1);
    session.migrate("b");
    await settle();
    session.migrate("b");
    await settle();
    expect(peers).toHaveLength(2);
    session.migrate("c");
    await settle();
    expect(peers.map((peer) => peer.closed)).toEqual([false, true, false]);
  });

  it("that fails is tried again while the old connection goes on, and given up at last", async () => {
    const { session, peers, server, connected } = start();
    await connected();
    server.refuses = true;
    session.migrate("b");
    await vi.advanceTimersByTimeAsync(60_000);
    expect(peers).toHaveLength(6);
    expect(peers.map((peer) => peer.closed)).toEqual([false, true, true, true, true, true]);
    expect(media.get().state).toBe("connected");
  });

  it("that hangs is tried again", async () => {
    const { session, peers, connected } = start();
    await connected();
    session.migrate("b");
    await vi.advanceTimersByTimeAsync(6_000);
    expect(peers.map((peer) => peer.closed)).toEqual([false, true, false]);
    peers[2]!.become("connected");
    expect(peers[0]!.closed).toBe(true);
  });

  it("is finished with the new connection when the old one breaks meanwhile", async () => {
    const { session, peers, settle, connected } = start();
    await connected();
    session.migrate("b");
    await settle();
    peers[0]!.become("failed");
    expect(peers[0]!.closed).toBe(true);
    expect(media.get()).toMatchObject({ state: "new", audio: peers[1]!.audio });
    peers[1]!.become("connected");
    expect(media.get().state).toBe("connected");
    expect(peers).toHaveLength(2);
  });

  it("without a connection is just a new one", async () => {
    const { session, peers, sent, settle } = start();
    session.live();
    await settle();
    session.migrate("b");
    await settle();
    expect(peers.map((peer) => peer.closed)).toEqual([true, false]);
    expect(sent.at(-1)).toEqual({ type: "rtc.offer", node: "b" });
  });
});

describe("a connection that breaks", () => {
  it("is made anew with its node after a second of silence", async () => {
    const { peers, sent, connected } = start();
    await connected();
    peers[0]!.become("disconnected");
    await vi.advanceTimersByTimeAsync(1_000);
    expect(peers).toHaveLength(1);
    await vi.advanceTimersByTimeAsync(250);
    expect(peers.map((peer) => peer.closed)).toEqual([true, false]);
    expect(sent.at(-1)).toEqual({ type: "rtc.offer", node: "a" });
  });

  it("is left alone when it comes back in time", async () => {
    const { session, peers, connected } = start();
    await connected();
    peers[0]!.become("disconnected");
    await vi.advanceTimersByTimeAsync(900);
    peers[0]!.become("connected");
    await vi.advanceTimersByTimeAsync(5_000);
    session.tick();
    expect(peers).toHaveLength(1);
  });

  it("is made anew after a failure, and elsewhere when its node does not answer", async () => {
    const { peers, sent, server, connected } = start();
    await connected();
    peers[0]!.become("failed");
    server.refuses = true;
    await vi.advanceTimersByTimeAsync(2_000);
    const offers = sent.slice(1).map(({ node }) => node);
    expect(offers.length).toBeGreaterThan(1);
    expect(offers.at(-1)).toBeNull();
    server.refuses = false;
    server.place = "b";
    await vi.advanceTimersByTimeAsync(10_000);
    peers.at(-1)!.become("connected");
    expect(media.get().state).toBe("connected");
  });
});

describe("a new socket", () => {
  it("is shown the connection a call is heard over", async () => {
    const { session, peers, sent, settle, connected } = start();
    local.set({ microphone: track("microphone"), camera: null, screen: null });
    await connected();
    session.live();
    await settle();
    expect(peers).toHaveLength(1);
    expect(sent.at(-1)).toEqual({ type: "rtc.offer", node: "a" });
  });

  it("whose server knows nothing of the connection's node makes a new one at once", async () => {
    const { session, peers, sent, server, settle, connected } = start();
    local.set({ microphone: track("microphone"), camera: null, screen: null });
    await connected();
    server.gone = ["a"];
    server.place = "b";
    session.live();
    await settle();
    expect(peers.map((peer) => peer.closed)).toEqual([true, false]);
    expect(sent.map(({ node }) => node)).toEqual([null, "a", null]);
  });

  it("gets a new connection where none is heard over", async () => {
    const { session, peers, sent, settle, connected } = start();
    await connected();
    session.live();
    await settle();
    expect(peers.map((peer) => peer.closed)).toEqual([true, false]);
    expect(sent.at(-1)).toEqual({ type: "rtc.offer", node: "a" });
    session.stop();
    expect(peers[1]!.closed).toBe(true);
    expect(media.get().state).toBe("closed");
  });
});
