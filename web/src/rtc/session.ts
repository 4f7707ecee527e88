/**
 * Keeps one peer connection warm for as long as somebody is signed in, and makes a new one whenever the old one is lost. What is to be
 * sent and received is kept here, so that a new connection carries on where the old one stopped.
 *
 * A connection is with one media node. When the server asks to move to another, the old connection goes on until the new one is up.
 */
import type { NodeId, TrackId } from "../api/types";
import { backoff, type Connection, type ConnectionState } from "@tandem/sdk";
import { createStore } from "../store";
import { local } from "./media";
import { Peer, type LocalVideo, type Negotiate, type PeerEvents } from "./peer";

export interface MediaState {
  state: RTCPeerConnectionState;
  audio: MediaStreamTrack | null;
  videos: ReadonlyMap<TrackId, MediaStreamTrack>;
}

export const media = createStore<MediaState>({ state: "closed", audio: null, videos: new Map() });

/** A connection that is `disconnected` for this long is made anew, */
const DISCONNECTED_MS = 1_000;
/** give or take, so that not everybody comes back in the same moment. */
const SPREAD_MS = 250;
/** A new connection that is not up by then never will be. */
const MOVE_WITHIN_MS = 5_000;
/** A move that fails so often is given up: the old connection goes on, or breaks and is made anew. */
const MOVES_MAX = 5;

/** What the session uses of a [`Peer`], so that tests can stand in for it. */
export interface PeerLike {
  readonly state: RTCPeerConnectionState;
  readonly audio: MediaStreamTrack;
  negotiate(): void;
  setMicrophone(track: MediaStreamTrack | null): Promise<void>;
  setVideo(local: LocalVideo, receive: readonly TrackId[]): void;
  close(): void;
}

interface Options {
  makePeer: (negotiate: Negotiate, events: PeerEvents) => PeerLike;
  random: () => number;
}

/** A peer connection and the media node it is with, once that has answered. */
interface Link {
  peer: PeerLike;
  node: NodeId | null;
}

/** Another node answered than the one the connection is with: that one is gone, and the connection with it. */
class NodeGone extends Error {}

type Timer = ReturnType<typeof setTimeout>;

export class RtcSession {
  private current: Link | null = null;
  /** A connection with another node, while it is made. */
  private next: Link | null = null;
  /** The node that answered last. */
  private home: NodeId | null = null;
  private receive: readonly TrackId[] = [];
  private attempt = 0;
  private moves = 0;
  private disconnectedSince: number | null = null;
  private retry: Timer | undefined;
  private moving: Timer | undefined;
  private waiting: Timer | undefined;
  private readonly unfollow: () => void;

  constructor(
    private readonly connection: Pick<Connection, "request"> & { state: { get(): ConnectionState } },
    /** The list of what can be received is out of date. */
    private readonly stale: () => void,
    private readonly options: Options = { makePeer: (negotiate, events) => new Peer(negotiate, events), random: Math.random },
  ) {
    let before = local.get();
    this.unfollow = local.subscribe(() => {
      const now = local.get();
      if (now.microphone !== before.microphone) {
        for (const link of [this.current, this.next]) void link?.peer.setMicrophone(now.microphone);
      }
      if (now.camera !== before.camera || now.screen !== before.screen) this.changeVideo();
      before = now;
    });
  }

  /**
   * The socket is live (again), perhaps with another server. A connection over which a call is heard is kept and shown to that server;
   * should its node be gone, the answer tells. An idle one is made anew, which costs nothing.
   */
  live(): void {
    if (this.current?.peer.state === "connected" && local.get().microphone !== null) this.current.peer.negotiate();
    else this.renew();
  }

  /** Called about once a second, also in a background tab, whose own timers are slow. */
  tick(): void {
    if (this.disconnectedSince !== null && Date.now() - this.disconnectedSince > DISCONNECTED_MS + SPREAD_MS) this.lose();
  }

  /** The videos to be received. */
  watch(tracks: readonly TrackId[]): void {
    if (tracks.length === this.receive.length && tracks.every((track) => this.receive.includes(track))) return;
    this.receive = tracks;
    this.changeVideo();
  }

  /** Drops the connection and makes a new one, if there is a socket to negotiate over; else when there is. */
  renew(): void {
    this.forget();
    media.set({ state: "connecting", audio: null, videos: new Map() });
    if (this.connection.state.get().kind !== "live") return;
    // The node it was with knows its call. Where that failed, the server chooses.
    const current = this.make(this.attempt === 0 ? this.home : null);
    this.current = current;
    media.set({ state: "connecting", audio: current.peer.audio, videos: new Map() });
    // Sound first. Videos follow once connected: by then the server has put this device back into the room of its call.
    current.peer.negotiate();
  }

  /** The server wants the connection with another node, that one or any: makes it beside the old one, then leaves the old one. */
  migrate(node: NodeId | null): void {
    const now = this.next ?? this.current;
    if (node !== null && node === now?.node) return;
    clearTimeout(this.moving);
    this.moves = 0;
    if (node !== null) return this.move(node);
    // Everybody else on a node that is lost is told in the same moment.
    this.moving = setTimeout(() => this.move(null), SPREAD_MS * this.options.random());
  }

  stop(): void {
    this.forget();
    this.unfollow();
    media.set({ state: "closed", audio: null, videos: new Map() });
  }

  private make(node: NodeId | null): Link {
    const negotiate: Negotiate = async (sdp, tracks) => {
      const answer = await this.connection.request("rtc.offer", { sdp, tracks, node: link.node ?? node }, 15_000);
      if (link.node !== null && link.node !== answer.node) throw new NodeGone();
      link.node = answer.node;
      this.home = answer.node;
      return answer.sdp;
    };
    const peer = this.options.makePeer(negotiate, {
      state: (state) => {
        if (link === this.current) this.changed(state);
        else if (link === this.next) this.nextChanged(state);
      },
      videos: (videos) => {
        if (link === this.current) media.set((now) => ({ ...now, videos }));
      },
      refused: () => link === this.current && this.tryVideoAgain(link),
      failed: (error) => {
        if (link === this.next) return this.moveFailed();
        if (link !== this.current) return;
        console.warn("The peer connection could not be negotiated; a new one follows.", error);
        this.current = null;
        if (error instanceof NodeGone) this.renewElsewhere();
        else this.later();
      },
    });
    const link: Link = { peer, node: null };
    void peer.setMicrophone(local.get().microphone);
    return link;
  }

  private changed(state: RTCPeerConnectionState): void {
    media.set((now) => ({ ...now, state }));
    clearTimeout(this.waiting);
    this.disconnectedSince = null;
    if (state === "connected") {
      this.attempt = 0;
      this.showVideo();
    } else if (state === "disconnected") {
      this.disconnectedSince = Date.now();
      this.waiting = setTimeout(() => this.lose(), DISCONNECTED_MS + SPREAD_MS * this.options.random());
    } else if (state === "failed") {
      if (this.next) this.arrive();
      else this.later();
    }
  }

  /** The connection is of no more use: one that is being made takes its place. */
  private lose(): void {
    if (this.next) this.arrive();
    else this.renew();
  }

  private renewElsewhere(): void {
    this.home = null;
    this.renew();
  }

  private move(node: NodeId | null): void {
    this.next?.peer.close();
    this.next = null;
    if (this.current?.peer.state !== "connected") {
      this.home = node;
      return this.renew();
    }
    this.next = this.make(node);
    this.moving = setTimeout(() => this.moveFailed(), MOVE_WITHIN_MS);
    this.next.peer.negotiate();
  }

  private nextChanged(state: RTCPeerConnectionState): void {
    if (state === "connected") this.arrive();
    else if (state === "failed") this.moveFailed();
  }

  /** What was being made is the connection from now on. */
  private arrive(): void {
    const [left, here] = [this.current, this.next];
    if (!here) return;
    clearTimeout(this.moving);
    clearTimeout(this.waiting);
    clearTimeout(this.retry);
    this.disconnectedSince = null;
    this.current = here;
    this.next = null;
    const { state, audio } = here.peer;
    // The last pictures stay until the new connection brings others.
    media.set((now) => ({ state, audio, videos: this.wantsVideo() ? now.videos : new Map() }));
    if (state === "connected") {
      this.attempt = 0;
      this.showVideo();
    }
    left?.peer.close();
    if (left?.node && left.node !== here.node) {
      this.connection.request("rtc.close", { node: left.node }).catch(() => undefined);
    }
  }

  private moveFailed(): void {
    clearTimeout(this.moving);
    this.next?.peer.close();
    this.next = null;
    this.home = this.current?.node ?? null;
    if (this.current?.peer.state !== "connected") return this.later();
    if (++this.moves < MOVES_MAX) this.moving = setTimeout(() => this.move(null), backoff(this.moves, this.options.random));
  }

  private changeVideo(): void {
    if (this.current?.peer.state === "connected") this.current.peer.setVideo(local.get(), this.receive);
  }

  private showVideo(): void {
    if (this.wantsVideo()) this.current?.peer.setVideo(local.get(), this.receive);
  }

  private wantsVideo(): boolean {
    const now = local.get();
    return now.camera !== null || now.screen !== null || this.receive.length > 0;
  }

  /** What can be received has changed under the offer: asks what there is now, then offers anew. */
  private tryVideoAgain(link: Link): void {
    this.stale();
    setTimeout(() => link === this.current && this.showVideo(), backoff(this.attempt++, this.options.random));
  }

  private later(): void {
    clearTimeout(this.retry);
    this.retry = setTimeout(() => this.renew(), backoff(this.attempt++, this.options.random));
  }

  private forget(): void {
    for (const timer of [this.retry, this.moving, this.waiting]) clearTimeout(timer);
    for (const link of [this.current, this.next]) link?.peer.close();
    this.current = null;
    this.next = null;
    this.disconnectedSince = null;
  }
}
