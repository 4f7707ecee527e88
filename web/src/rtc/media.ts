/** Microphone, camera and screen of this tab, and which devices the person prefers. */
import { createStore, persistentStore } from "../store";

export interface DeviceChoice {
  microphone: string | null;
  camera: string | null;
  speaker: string | null;
  echoCancellation: boolean;
  noiseSuppression: boolean;
  autoGainControl: boolean;
}

const DEFAULTS: DeviceChoice = {
  microphone: null,
  camera: null,
  speaker: null,
  echoCancellation: true,
  noiseSuppression: true,
  autoGainControl: true,
};

const isChoice = (value: unknown): value is DeviceChoice =>
  typeof value === "object" && value !== null && Object.keys(DEFAULTS).every((key) => key in value);

export const deviceChoice = persistentStore<DeviceChoice>("tandem.devices", DEFAULTS, isChoice);

export interface Local {
  microphone: MediaStreamTrack | null;
  camera: MediaStreamTrack | null;
  screen: MediaStreamTrack | null;
}

export type Source = keyof Local;

export const local = createStore<Local>({ microphone: null, camera: null, screen: null });

export type MediaFault = "insecure" | "denied" | "missing" | "in_use" | "failed";

export class MediaProblem extends Error {
  constructor(
    readonly source: Source,
    readonly fault: MediaFault,
  ) {
    super(`${source}: ${fault}`);
  }
}

const running = new Map<Source, Promise<MediaStreamTrack>>();

/** Opens the source, once; whoever asks while it opens waits for the same. */
export function open(source: Source): Promise<MediaStreamTrack> {
  const there = local.get()[source];
  if (there && there.readyState === "live") return Promise.resolve(there);
  let opening = running.get(source);
  if (!opening) {
    opening = capture(source).finally(() => running.delete(source));
    running.set(source, opening);
  }
  return opening;
}

export function close(source: Source): void {
  const track = local.get()[source];
  if (!track) return;
  track.onended = null;
  track.stop();
  local.set((now) => ({ ...now, [source]: null }));
}

/** Opens an open source again with the device chosen now. */
export async function reopen(source: "microphone" | "camera"): Promise<void> {
  const old = local.get()[source];
  if (!old) return;
  const track = await capture(source);
  track.enabled = old.enabled;
  old.onended = null;
  old.stop();
}

async function capture(source: Source): Promise<MediaStreamTrack> {
  if (!navigator.mediaDevices) throw new MediaProblem(source, "insecure");
  let stream: MediaStream;
  try {
    stream = source === "screen" ? await screen() : await navigator.mediaDevices.getUserMedia(constraints(source));
  } catch (error) {
    throw new MediaProblem(source, faultOf(error));
  }
  const track = stream.getTracks()[0];
  if (!track) throw new MediaProblem(source, "missing");
  // Unplugged, or the browser's own "Stop sharing".
  track.onended = () => local.set((now) => (now[source] === track ? { ...now, [source]: null } : now));
  local.set((now) => ({ ...now, [source]: track }));
  return track;
}

const screen = (): Promise<MediaStream> =>
  navigator.mediaDevices.getDisplayMedia({ video: { frameRate: { max: 30 } }, audio: false });

function constraints(source: "microphone" | "camera"): MediaStreamConstraints {
  const choice = deviceChoice.get();
  const wish = (id: string | null) => (id ? { deviceId: { ideal: id } } : {});
  if (source === "camera") {
    return { video: { ...wish(choice.camera), width: { ideal: 1280 }, height: { ideal: 720 }, frameRate: { ideal: 30 } } };
  }
  const { echoCancellation, noiseSuppression, autoGainControl } = choice;
  return { audio: { ...wish(choice.microphone), echoCancellation, noiseSuppression, autoGainControl } };
}

function faultOf(error: unknown): MediaFault {
  const name = error instanceof DOMException ? error.name : "";
  if (name === "NotAllowedError" || name === "SecurityError") return "denied";
  if (name === "NotFoundError" || name === "OverconstrainedError") return "missing";
  if (name === "NotReadableError" || name === "AbortError") return "in_use";
  return "failed";
}
