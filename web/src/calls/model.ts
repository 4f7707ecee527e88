/** What a call is from one person's and one tab's point of view. */
import type { Call, DeviceId, EndReason, Leg, Person, UserId } from "../api/types";

export type Role =
  /** It rings for me, on all my devices. */
  | { kind: "ringing"; leg: Leg }
  /** I am in it (or dialling) in this tab. */
  | { kind: "here"; leg: Leg }
  /** I am in it on another device of mine. */
  | { kind: "elsewhere"; leg: Leg }
  | { kind: "none" };

/** My part in a call. A leg that I am in here counts before one that rings, which counts before one elsewhere. */
export function roleOf(call: Call, me: UserId, device: DeviceId | null): Role {
  const mine = call.legs.filter((leg) => leg.user === me && leg.state !== "ended");
  const here = mine.find((leg) => leg.device !== null && leg.device === device && (leg.caller || leg.state !== "ringing"));
  if (here) return { kind: "here", leg: here };
  const ringing = mine.find((leg) => !leg.caller && isAlerting(leg) && (leg.device === null || leg.device === device));
  if (ringing && !call.ended_at) return { kind: "ringing", leg: ringing };
  const elsewhere = mine.find((leg) => leg.device !== device && (leg.state === "connected" || leg.state === "holding"));
  return elsewhere ? { kind: "elsewhere", leg: elsewhere } : { kind: "none" };
}

const isAlerting = (leg: Leg): boolean => leg.state === "ringing" || leg.state === "dialing";

export const isTalking = (leg: Leg): boolean => leg.state === "connected" || leg.state === "holding";

/** The legs of everybody else, those still there if there are any. */
export function others(call: Call, me: UserId): Leg[] {
  const all = call.legs.filter((leg) => leg.user !== me);
  const there = all.filter((leg) => leg.state !== "ended");
  return there.length > 0 ? there : lastOf(all);
}

/** A queue call has tried several agents: only the last one matters once all are gone, unless somebody talked. */
function lastOf(legs: Leg[]): Leg[] {
  const talked = legs.filter((leg) => leg.answered_at !== null);
  return talked.length > 0 ? talked : legs.slice(-1);
}

/** Whom to name a call after, from my side. */
export function partyName(call: Call, me: UserId, people: readonly Person[], unknown: string): string {
  const leg = others(call, me)[0];
  if (!leg) return call.dialled || unknown;
  return nameOf(leg, people) || unknown;
}

export function nameOf(leg: Leg, people: readonly Person[]): string {
  const person = leg.user && people.find((each) => each.id === leg.user);
  return person ? person.display_name : leg.name || prettyAddress(leg.address);
}

/** A number or the user part of a SIP URI. */
export function prettyAddress(address: string): string {
  const uri = /^sips?:(?:([^@;]+)@)?([^;>]+)/.exec(address);
  return uri ? (uri[1] ?? uri[2] ?? address) : address;
}

export type Phase = "dialing" | "ringing" | "connected" | "holding" | "held";

/** Where a call stands for the one whose leg is `leg`. */
export function phaseOf(call: Call, leg: Leg): Phase {
  if (leg.state === "holding") return "holding";
  const rest = call.legs.filter((each) => each.id !== leg.id && each.state !== "ended");
  if (isTalking(leg) && rest.some(isTalking)) return rest.every((each) => each.state === "holding") ? "held" : "connected";
  return rest.some((each) => each.state === "ringing") ? "ringing" : "dialing";
}

/** Since when two talk: from the later of the answers. */
export function talkingSince(call: Call, leg: Leg): string {
  const answered = [leg.answered_at, ...others(call, leg.user ?? "").map((each) => each.answered_at)].filter((at) => at !== null);
  return answered.toSorted().at(-1) ?? call.answered_at ?? call.started_at;
}

/** Why an ended call did not become what I wanted; null when there is nothing to tell. */
export function endNotice(call: Call, me: UserId): EndReason | null {
  const mine = call.legs.find((leg) => leg.user === me);
  const far = others(call, me)[0];
  const reason = mine?.caller && far && far.answered_at === null ? far.end_reason : call.end_reason;
  const ordinary: readonly (EndReason | null)[] = ["hangup", "remote_hangup", "cancelled", "answered_elsewhere", null];
  return ordinary.includes(reason) ? null : reason;
}

/** `others`: I had no part in it; supervisors see such calls too. */
export type Direction = "outgoing" | "incoming" | "missed" | "others";

export function directionOf(call: Call, me: UserId): Direction {
  const mine = call.legs.filter((leg) => leg.user === me);
  if (mine.length === 0) return "others";
  if (mine.some((leg) => leg.caller)) return "outgoing";
  if (mine.some((leg) => leg.answered_at !== null)) return "incoming";
  return "missed";
}
