/** What one can do with calls. Each shows its failure itself. */
import { Problem, tandem } from "../api/client";
import { queries, queryClient } from "../api/queries";
import type { Call, CallId, CallTarget, Leg } from "../api/types";
import { m } from "../messages";
import { router } from "../router";
import { close, local, MediaProblem, open, type Source } from "../rtc/media";
import { live } from "../session/live";
import { describe } from "../ui/states";
import { toast, toastError } from "../ui/toasts";
import { applyCall } from "./cache";
import { endNotice, roleOf } from "./model";
import { unlockSound } from "./sound";

/** Calls somebody from this tab and goes to the call's page. */
export async function startCall(to: CallTarget, video: boolean): Promise<void> {
  const device = live.get()?.device;
  if (!device) return toast(m.failure.unreachable, "bad");
  unlockSound();
  // The microphone opens while the other side is being reached.
  const microphone = openSource("microphone");
  const camera = video ? openSource("camera") : null;
  try {
    const call = await tandem.calls.create({ device, to, video });
    applyCall(queryClient, call);
    if (call.ended_at) return await giveUp(m.calls.ended(endNotice(call, myId()) ?? "failed"));
    await router.navigate({ to: "/calls/$call", params: { call: call.id } });
  } catch (error) {
    await giveUp(describe(error));
  }

  async function giveUp(why: string): Promise<void> {
    toast(why, "bad");
    // With another call going on, its runtime keeps the devices.
    await Promise.all([microphone, camera]);
    if (device && !inAnyCall(device)) for (const source of ["microphone", "camera"] as const) close(source);
    void queryClient.invalidateQueries({ queryKey: ["calls.active"] });
  }
}

const myId = (): string => queryClient.getQueryData(queries.me.queryKey)?.user.id ?? "";

function inAnyCall(device: string): boolean {
  const me = myId();
  return (queryClient.getQueryData(queries.activeCalls.queryKey) ?? []).some((call) => roleOf(call, me, device).kind === "here");
}

/** Answers a call that rings. Everything starts at once: the answer does not wait for the microphone. */
export async function answerCall(call: Call, video: boolean, inCall: readonly Call[]): Promise<void> {
  const device = live.get()?.device;
  if (!device) return toast(m.failure.unreachable, "bad");
  unlockSound();
  void openSource("microphone");
  if (video) void openSource("camera");
  try {
    for (const other of inCall) void holdCall(other.id, true);
    applyCall(queryClient, await tandem.calls.answer(call.id, { device }));
    // A customer's call brings its conversation up; a picture needs room. Any other call leaves one where one is.
    if (call.conversation) await router.navigate({ to: "/inbox/$conversation", params: { conversation: call.conversation } });
    else if (call.video) await router.navigate({ to: "/calls/$call", params: { call: call.id } });
  } catch (error) {
    if (error instanceof Problem && (error.status === 404 || error.status === 409)) toast(m.calls.reason.answered_elsewhere);
    else toastError(error);
    void queryClient.invalidateQueries({ queryKey: ["calls.active"] });
  }
}

async function act(work: Promise<Call | undefined>, isFine: (status: number) => boolean = () => false): Promise<void> {
  try {
    const call = await work;
    if (call) applyCall(queryClient, call);
  } catch (error) {
    if (!(error instanceof Problem && isFine(error.status))) toastError(error);
    void queryClient.invalidateQueries({ queryKey: ["calls.active"] });
  }
}

/** What comes late would undo what was wanted since: it is done now, or not. */
const NOW = { retries: 0 };

/** The call is over already, which is what was wanted. */
const isOver = (status: number): boolean => status === 404 || status === 409;

export const declineCall = (call: CallId): Promise<void> => act(tandem.calls.decline(call), isOver);
export const hangUp = (call: CallId): Promise<void> => act(tandem.calls.hangup(call), isOver);
export const holdCall = (call: CallId, held: boolean): Promise<void> => act(tandem.calls.hold.set(call, { held }, NOW));
export const sendDigits = (call: CallId, digits: string): Promise<void> => act(tandem.calls.dtmf(call, { digits }, NOW));

/** Mutes here at once, and on the server so that the others see it. */
export function muteCall(call: CallId, leg: Leg, muted: boolean): Promise<void> {
  const { microphone } = local.get();
  if (microphone) microphone.enabled = !muted;
  applyLeg(call, leg.id, { muted });
  return act(tandem.calls.mute.set(call, { muted }, NOW));
}

function applyLeg(id: CallId, leg: string, change: Partial<Leg>): void {
  const calls = queryClient.getQueryData(queries.activeCalls.queryKey);
  const call = calls?.find((each) => each.id === id);
  if (call) applyCall(queryClient, { ...call, legs: call.legs.map((each) => (each.id === leg ? { ...each, ...change } : each)) });
}

/** Opens a device, or says why it cannot be opened. */
export async function openSource(source: Source): Promise<boolean> {
  try {
    await open(source);
    return true;
  } catch (error) {
    if (!(error instanceof MediaProblem)) throw error;
    // Not choosing a screen is no fault.
    if (!(source === "screen" && error.fault === "denied")) toast(m.failure.media(error.fault, source), "bad");
    return false;
  }
}

export const toggleSource = (source: "camera" | "screen"): void => {
  if (local.get()[source]) close(source);
  else void openSource(source);
};
