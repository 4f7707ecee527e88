import type { RtcPurpose, TrackId } from "../api/types";

/** What a video section of the peer connection is used for. */
export type Use =
  | { kind: "camera" }
  | { kind: "screen" }
  | { kind: "receive"; track: TrackId }
  /** Free to be used again in the same direction. */
  | { kind: "free"; direction: "send" | "receive" };

export interface Wanted {
  camera: boolean;
  screen: boolean;
  receive: readonly TrackId[];
}

/**
 * How the sections are to be used so that everything wanted has exactly one: what is in use stays where it is, what is no longer
 * wanted becomes free, and what is new takes a free section of its direction before a new one is added at the end. A section that
 * becomes free stays so for one negotiation, so that the server never sees one change its track without having been unused.
 */
export function plan(current: readonly Use[], wanted: Wanted): Use[] {
  const receive = new Set(wanted.receive);
  const sends = new Set<"camera" | "screen">();
  if (wanted.camera) sends.add("camera");
  if (wanted.screen) sends.add("screen");

  const next = current.map((use): Use => {
    if (use.kind === "free") return use;
    if (use.kind === "receive") return receive.delete(use.track) ? use : { kind: "free", direction: "receive" };
    return sends.delete(use.kind) ? use : { kind: "free", direction: "send" };
  });
  const place = (use: Use, direction: "send" | "receive") => {
    const free = next.findIndex((each, at) => {
      const before = current[at];
      return before?.kind === "free" && before.direction === direction && each === before;
    });
    if (free < 0) next.push(use);
    else next[free] = use;
  };
  for (const kind of sends) place({ kind }, "send");
  for (const track of receive) place({ kind: "receive", track }, "receive");
  return next;
}

export function directionOf(use: Use): RTCRtpTransceiverDirection {
  switch (use.kind) {
    case "camera":
    case "screen":
      return "sendonly";
    case "receive":
      return "recvonly";
    case "free":
      return "inactive";
  }
}

export function purposeOf(use: Use): RtcPurpose {
  switch (use.kind) {
    case "camera":
    case "screen":
      return { purpose: use.kind };
    case "receive":
      return { purpose: "receive", track: use.track };
    case "free":
      return { purpose: "unused" };
  }
}
