/**
 * Keeps one peer connection warm for as long as somebody is signed in, and makes a new one whenever the old one is lost. What is to be
 * sent and received is kept here, so that a new connection carries on where the old one stopped.
 */
import type { TrackId } from "../api/types";
import { backoff } from "../socket/backoff";
import type { Connection } from "../socket/connection";
import { createStore } from "../store";
import { local } from "./media";
import { Peer } from "./peer";

export interface MediaState {
  state: RTCPeerConnectionState;
  audio: MediaStreamTrack | null;
  videos: ReadonlyMap<TrackId, MediaStreamTrack>;
}

export const media = createStore<MediaState>({ state: "closed", audio: null, videos: new Map() });

/** A connection that is `disconnected` for this long will not come back by itself. */
const DISCONNECTED_MS = 4_000;

export class RtcSession {
  private peer: Peer | null = null;
  private receive: readonly TrackId[] = [];
  private attempt = 0;
  private disconnectedSince: number | null = null;
  private retry: ReturnType<typeof setTimeout> | undefined;
  private readonly unfollow: () => void;

  constructor(
    private readonly connection: Connection,
    /** The list of what can be received is out of date. */
    private readonly stale: () => void,
  ) {
    let before = local.get();
    this.unfollow = local.subscribe(() => {
      const now = local.get();
      if (now.microphone !== before.microphone) void this.peer?.setMicrophone(now.microphone);
      if (now.camera !== before.camera || now.screen !== before.screen) this.changeVideo();
      before = now;
    });
  }

  /**
   * The socket is live (again): makes the connection unless a call is heard over it. An idle one may belong to a server that was
   * restarted, which shows only seconds later; making it anew costs nothing then.
   */
  live(): void {
    if (this.peer?.state !== "connected" || local.get().microphone === null) this.renew();
  }

  /** Called about once a second. */
  tick(): void {
    if (this.disconnectedSince !== null && Date.now() - this.disconnectedSince > DISCONNECTED_MS) this.renew();
  }

  /** The videos to be received. */
  watch(tracks: readonly TrackId[]): void {
    if (tracks.length === this.receive.length && tracks.every((track) => this.receive.includes(track))) return;
    this.receive = tracks;
    this.changeVideo();
  }

  /** Drops the connection and makes a new one, if there is a socket to negotiate over; else when there is. */
  renew(): void {
    clearTimeout(this.retry);
    this.peer?.close();
    this.peer = null;
    this.disconnectedSince = null;
    media.set({ state: "connecting", audio: null, videos: new Map() });
    if (this.connection.state.get().kind !== "live") return;

    const peer: Peer = new Peer(
      async (sdp, tracks) => (await this.connection.request("rtc.offer", { sdp, tracks }, 15_000)).sdp,
      {
        state: (state) => this.peer === peer && this.changed(state),
        videos: (videos) => {
          if (this.peer === peer) media.set((now) => ({ ...now, videos }));
        },
        refused: () => this.peer === peer && this.tryVideoAgain(peer),
        failed: (error) => {
          if (this.peer !== peer) return;
          console.warn("The peer connection could not be negotiated; a new one follows.", error);
          this.peer = null;
          this.later();
        },
      },
    );
    this.peer = peer;
    media.set({ state: "connecting", audio: peer.audio, videos: new Map() });
    void peer.setMicrophone(local.get().microphone);
    // Sound first. Videos follow once connected: by then the server has put this device back into the room of its call.
    peer.start();
  }

  stop(): void {
    clearTimeout(this.retry);
    this.unfollow();
    this.peer?.close();
    this.peer = null;
    media.set({ state: "closed", audio: null, videos: new Map() });
  }

  private changed(state: RTCPeerConnectionState): void {
    media.set((now) => ({ ...now, state }));
    if (state === "connected") {
      this.attempt = 0;
      this.showVideo();
    }
    this.disconnectedSince = state === "disconnected" ? Date.now() : null;
    if (state === "failed") this.later();
  }

  private changeVideo(): void {
    if (this.peer?.state === "connected") this.peer.setVideo(local.get(), this.receive);
  }

  private showVideo(): void {
    const now = local.get();
    if (now.camera || now.screen || this.receive.length > 0) this.peer?.setVideo(now, this.receive);
  }

  /** What can be received has changed under the offer: asks what there is now, then offers anew. */
  private tryVideoAgain(peer: Peer): void {
    this.stale();
    setTimeout(() => this.peer === peer && this.showVideo(), backoff(this.attempt++, Math.random));
  }

  private later(): void {
    clearTimeout(this.retry);
    this.retry = setTimeout(() => this.renew(), backoff(this.attempt++, Math.random));
  }
}
