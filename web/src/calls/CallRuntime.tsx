import { useQuery } from "@tanstack/react-query";
import { Volume2 } from "lucide-react";
import { useEffect, useMemo, useRef, useState } from "react";
import { queries } from "../api/queries";
import type { Track } from "../api/types";
import { m } from "../messages";
import { close, deviceChoice, local } from "../rtc/media";
import { media } from "../rtc/session";
import { live } from "../session/live";
import { useMe, usePeople } from "../session/me";
import { titleAlert } from "../shell/title";
import { isLeader } from "../socket/leader";
import { useStore } from "../store";
import { Button } from "../ui/Button";
import { toast } from "../ui/toasts";
import { openSource } from "./actions";
import { endNotice, partyName } from "./model";
import { startRinging } from "./sound";
import { useMyCalls, type MyCall } from "./state";

/** A microphone that was opened and belongs to no call by then is closed. */
const UNUSED_MS = 15_000;

/** Keeps devices, media, rings and notices in step with the calls. Shows nothing but what the browser asks a person for. */
export function CallRuntime() {
  const { ringing, here } = useMyCalls();
  const current = useCurrentCall();
  useMicrophone(here.length > 0, current);
  useReceivedVideo(current);
  useCameraAfterReload(current);
  useRings(ringing, current);
  useEndNotice(here);
  return <RemoteAudio />;
}

/** The one of my calls that has the devices: the first that I do not hold. */
export function useCurrentCall(): MyCall | null {
  const { here } = useMyCalls();
  return here.find(({ leg }) => leg.state !== "holding") ?? here[0] ?? null;
}

/** In a call the microphone is open (again, after a reload); out of calls everything is closed. */
function useMicrophone(inCall: boolean, current: MyCall | null): void {
  const { microphone } = useStore(local);
  const muted = (current?.leg.muted ?? false) || current?.leg.state === "holding";
  useEffect(() => {
    if (!inCall) return;
    void openSource("microphone");
    return () => {
      for (const source of ["microphone", "camera", "screen"] as const) close(source);
    };
  }, [inCall]);
  useEffect(() => {
    if (microphone) microphone.enabled = !muted;
  }, [microphone, muted]);
  // A call may be over before the browser has opened the microphone for it.
  useEffect(() => {
    if (inCall || !microphone) return;
    const timer = setTimeout(() => close("microphone"), UNUSED_MS);
    return () => clearTimeout(timer);
  }, [inCall, microphone]);
}

const CAMERA_KEY = "tandem.camera";

/** A camera that was on in this call before the page was reloaded is on again after it. */
function useCameraAfterReload(current: MyCall | null): void {
  const { camera } = useStore(local);
  const call = current?.call.id;
  const [before] = useState(() => sessionStorage.getItem(CAMERA_KEY));
  useEffect(() => {
    if (call && call === before) void openSource("camera");
  }, [call, before]);
  useEffect(() => {
    if (!call) return;
    if (camera) sessionStorage.setItem(CAMERA_KEY, call);
    // While a reloaded page opens its camera, what was noted stays.
    return () => {
      if (camera) sessionStorage.removeItem(CAMERA_KEY);
    };
  }, [camera, call]);
}

/** The videos others send in the current call. */
export function useVideoTracks(current: MyCall | null): Track[] {
  const call = current?.call.id;
  const device = useStore(live)?.device;
  const { data } = useQuery({ ...queries.tracks(call ?? ""), enabled: !!call && current?.leg.answered_at !== null });
  return useMemo(
    () => (call ? (data ?? []) : []).filter((track) => track.source !== "microphone" && track.endpoint !== device),
    [data, device, call],
  );
}

function useReceivedVideo(current: MyCall | null): void {
  const tracks = useVideoTracks(current);
  const rtc = useStore(live)?.rtc;
  useEffect(() => rtc?.watch(tracks.map((track) => track.id)), [rtc, tracks]);
}

function useRings(ringing: MyCall[], current: MyCall | null): void {
  const leads = useStore(isLeader);
  const people = usePeople();
  const me = useMe().user.id;
  const first = ringing[0];
  const name = first && partyName(first.call, me, people, m.calls.unknown);
  const inCall = current !== null;

  useEffect(() => (name && leads && !inCall ? startRinging() : undefined), [name, leads, inCall]);

  useEffect(() => {
    if (!name) return;
    titleAlert.set(m.calls.titleBlink(name));
    return () => titleAlert.set(null);
  }, [name]);

  const id = first?.call.id;
  useEffect(() => {
    if (!id || !name || !leads || document.hasFocus() || !("Notification" in window) || Notification.permission !== "granted") return;
    const notice = new Notification(m.calls.notify(name), { tag: id, requireInteraction: true, icon: "/icon.svg" });
    notice.onclick = () => {
      window.focus();
      notice.close();
    };
    return () => notice.close();
  }, [id, name, leads]);
}

/** Says what became of a call that ended without a talk, or by a fault. */
function useEndNotice(here: MyCall[]): void {
  const me = useMe().user.id;
  const { data: calls } = useQuery({ ...queries.activeCalls, enabled: false });
  const before = useRef<MyCall[]>([]);
  useEffect(() => {
    for (const { call } of before.current) {
      if (calls?.some((each) => each.id === call.id)) continue;
      void fetchEnd(call.id, me);
    }
    before.current = here;
  }, [here, calls, me]);
}

async function fetchEnd(id: string, me: string): Promise<void> {
  const { queryClient } = await import("../api/queries");
  const call = await queryClient.ensureQueryData(queries.call(id)).catch(() => null);
  if (!call?.ended_at) return;
  const reason = endNotice(call, me);
  if (reason) toast(m.calls.ended(reason), "bad");
}

/** Everything audible of all calls comes over one element. */
function RemoteAudio() {
  const { audio: track } = useStore(media);
  const { speaker } = useStore(deviceChoice);
  const { here } = useMyCalls();
  const element = useRef<HTMLAudioElement>(null);
  const [blocked, setBlocked] = useState(false);
  const wanted = here.length > 0;

  useEffect(() => {
    const { current } = element;
    if (!current) return;
    current.srcObject = track ? new MediaStream([track]) : null;
  }, [track]);

  useEffect(() => {
    const { current } = element;
    if (!current || !track) return;
    if (!wanted) return current.pause();
    current.play().then(
      () => setBlocked(false),
      (error: unknown) => setBlocked(error instanceof DOMException && error.name === "NotAllowedError"),
    );
  }, [track, wanted]);

  useEffect(() => {
    const { current } = element;
    if (current && "setSinkId" in current) current.setSinkId(speaker ?? "").catch(() => toast(m.calls.speakerFailed, "bad"));
  }, [speaker]);

  return (
    <>
      {/* Speech of the moment: there is no text of it. */}
      {/* oxlint-disable-next-line jsx-a11y/media-has-caption */}
      <audio ref={element} data-testid="remote-audio" className="hidden" />
      {blocked && wanted && (
        <div role="alert" className="fixed inset-x-0 top-16 z-50 mx-auto flex w-fit items-center gap-3 rounded-xl border border-line bg-raised px-4 py-2 shadow-float">
          <Volume2 aria-hidden className="size-4" />
          {m.calls.unlockSound}
          <Button look="primary" size="small" onClick={() => void element.current?.play().then(() => setBlocked(false))}>
            {m.calls.unlock}
          </Button>
        </div>
      )}
    </>
  );
}
