/**
 * One peer connection to the server's media node: one sendrecv audio section from the start, video sections as they are wanted. The
 * client always offers and never twice at a time.
 */
import { Problem } from "../api/client";
import type { RtcTrack, TrackId } from "../api/types";
import { directionOf, plan, purposeOf, type Use, type Wanted } from "./sections";
import { serial } from "./serial";

export interface PeerEvents {
  state(state: RTCPeerConnectionState): void;
  /** The received videos, after each negotiation. */
  videos(videos: ReadonlyMap<TrackId, MediaStreamTrack>): void;
  /** A change was refused, for instance because a wanted track had just gone. What there was goes on. */
  refused(error: Problem): void;
  /** The connection could not be made, or not be changed; it is of no more use. */
  failed(error: unknown): void;
}

/** Sends an offer and gets the answer. */
export type Negotiate = (sdp: string, tracks: RtcTrack[]) => Promise<string>;

export interface LocalVideo {
  camera: MediaStreamTrack | null;
  screen: MediaStreamTrack | null;
}

export class Peer {
  private readonly connection = new RTCPeerConnection({ bundlePolicy: "max-bundle", iceServers: [] });
  private readonly primary = this.connection.addTransceiver("audio", { direction: "sendrecv" });
  private readonly sections: { transceiver: RTCRtpTransceiver; use: Use }[] = [];
  private local: LocalVideo = { camera: null, screen: null };
  private wanted: Wanted = { camera: false, screen: false, receive: [] };
  private readonly run = serial(() => this.negotiateOnce());
  private negotiated = false;
  private closed = false;

  constructor(
    private readonly ask: Negotiate,
    private readonly events: PeerEvents,
  ) {
    this.connection.onconnectionstatechange = () => {
      if (!this.closed) events.state(this.connection.connectionState);
    };
  }

  get state(): RTCPeerConnectionState {
    return this.connection.connectionState;
  }

  /** What the server sends as the one audible mix. There from the start, silent until a call. */
  get audio(): MediaStreamTrack {
    return this.primary.receiver.track;
  }

  /** Offers what there is to be: the first time to make the connection, later to show it to the server again. */
  negotiate(): void {
    this.run().catch((error: unknown) => {
      if (this.closed) return;
      this.close();
      this.events.failed(error);
    });
  }

  /** Takes effect at once, without a negotiation. */
  async setMicrophone(track: MediaStreamTrack | null): Promise<void> {
    if (!this.closed) await this.primary.sender.replaceTrack(track);
  }

  setVideo(local: LocalVideo, receive: readonly TrackId[]): void {
    this.local = local;
    this.wanted = { camera: local.camera !== null, screen: local.screen !== null, receive };
    this.negotiate();
  }

  stats(): Promise<RTCStatsReport> {
    return this.connection.getStats();
  }

  close(): void {
    this.closed = true;
    this.connection.close();
  }

  private async negotiateOnce(): Promise<void> {
    if (this.closed) return;
    await this.arrange();
    await this.connection.setLocalDescription(await this.connection.createOffer());
    let answer: string;
    try {
      answer = await this.ask(this.connection.localDescription!.sdp, this.tracks());
    } catch (error) {
      if (!this.negotiated || this.closed || !(error instanceof Problem) || error.transient) throw error;
      await this.connection.setLocalDescription({ type: "rollback" });
      return this.events.refused(error);
    }
    if (this.closed) return;
    await this.connection.setRemoteDescription({ type: "answer", sdp: answer });
    this.negotiated = true;
    this.events.videos(this.received());
  }

  /** Brings the sections to what is wanted now. */
  private async arrange(): Promise<void> {
    const uses = plan(
      this.sections.map((section) => section.use),
      this.wanted,
    );
    for (const [at, use] of uses.entries()) {
      const track = use.kind === "camera" || use.kind === "screen" ? this.local[use.kind] : null;
      const section = this.sections[at];
      if (!section) {
        const transceiver = this.connection.addTransceiver(track ?? "video", { direction: directionOf(use) });
        preferFewCodecs(transceiver);
        this.sections.push({ transceiver, use });
        continue;
      }
      section.use = use;
      section.transceiver.direction = directionOf(use);
      if (section.transceiver.sender.track !== track) await section.transceiver.sender.replaceTrack(track);
    }
  }

  private tracks(): RtcTrack[] {
    const named: RtcTrack[] = [];
    if (this.primary.mid !== null) named.push({ mid: this.primary.mid, purpose: "primary" });
    for (const { transceiver, use } of this.sections) {
      if (transceiver.mid !== null) named.push({ mid: transceiver.mid, ...purposeOf(use) });
    }
    return named;
  }

  private received(): Map<TrackId, MediaStreamTrack> {
    const videos = new Map<TrackId, MediaStreamTrack>();
    for (const { transceiver, use } of this.sections) {
      if (use.kind === "receive") videos.set(use.track, transceiver.receiver.track);
    }
    return videos;
  }
}

/**
 * Names only codecs every browser and the server have. A section with all of Chromium's variants is 4 KiB, and a description of 32 KiB
 * is all the server takes.
 */
function preferFewCodecs(transceiver: RTCRtpTransceiver): void {
  const all = RTCRtpReceiver.getCapabilities("video")?.codecs ?? [];
  const few = all.filter(({ mimeType, sdpFmtpLine = "" }) =>
    mimeType === "video/H264" ? /packetization-mode=1/.test(sdpFmtpLine) && /profile-level-id=42e0/i.test(sdpFmtpLine) : /^video\/(VP8|rtx)$/.test(mimeType),
  );
  if (few.some(({ mimeType }) => mimeType === "video/VP8")) transceiver.setCodecPreferences?.(few);
}
