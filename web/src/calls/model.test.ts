import { describe, expect, it } from "vitest";
import type { Call, Leg } from "../api/types";
import { directionOf, others, phaseOf, prettyAddress, roleOf, talkingSince } from "./model";

let next = 0;
const leg = (extra: Partial<Leg>): Leg => ({
  id: `l${next++}`, kind: "web", user: null, device: null, address: "", name: null, state: "ringing", caller: false, muted: false,
  started_at: "2026-11-23T10:00:00Z", answered_at: null, ended_at: null, end_reason: null, trunk: null, ...extra,
});
const call = (...legs: Leg[]): Call => ({
  id: "c", conversation: null, dialled: "", video: false, legs, started_at: "2026-11-23T10:00:00Z", answered_at: null, ended_at: null, end_reason: null,
});

describe("my part in a call", () => {
  const caller = leg({ user: "ann", device: "tab", caller: true, state: "connected" });

  it("is here when this tab dials, even before anybody answers", () => {
    expect(roleOf(call(leg({ user: "ann", device: "tab", caller: true, state: "dialing" }), leg({ user: "bob" })), "ann", "tab").kind).toBe("here");
  });

  it("rings in every tab until one takes it", () => {
    const ringing = call(caller, leg({ user: "bob" }));
    expect(roleOf(ringing, "bob", "one").kind).toBe("ringing");
    expect(roleOf(ringing, "bob", "two").kind).toBe("ringing");
    const taken = call(caller, leg({ user: "bob", device: "one", state: "connected" }));
    expect(roleOf(taken, "bob", "one").kind).toBe("here");
    expect(roleOf(taken, "bob", "two").kind).toBe("elsewhere");
  });

  it("is nothing once my leg has ended", () => {
    expect(roleOf(call(caller, leg({ user: "bob", state: "ended" })), "bob", "one").kind).toBe("none");
  });
});

describe("where a call stands", () => {
  const mine = leg({ user: "ann", device: "tab", caller: true, state: "connected", answered_at: "2026-11-23T10:00:00Z" });
  const far = (state: Leg["state"], answered_at: string | null = null) => leg({ user: "bob", state, answered_at });

  it("follows the other side", () => {
    expect(phaseOf(call(mine, far("dialing")), mine)).toBe("dialing");
    expect(phaseOf(call(mine, far("ringing")), mine)).toBe("ringing");
    expect(phaseOf(call(mine, far("connected")), mine)).toBe("connected");
    expect(phaseOf(call(mine, far("holding")), mine)).toBe("held");
    const holding = { ...mine, state: "holding" as const };
    expect(phaseOf(call(holding, far("connected")), holding)).toBe("holding");
  });

  it("counts the talk from the answer, not from the dialling", () => {
    expect(talkingSince(call(mine, far("connected", "2026-11-23T10:00:09Z")), mine)).toBe("2026-11-23T10:00:09Z");
  });

  it("names the agent who talked, not those who did not answer", () => {
    const customer = leg({ kind: "trunk", address: "+49", caller: true, state: "ended", answered_at: "x" });
    const missed = leg({ user: "bob", state: "ended" });
    const talked = leg({ user: "eve", state: "ended", answered_at: "x" });
    expect(others(call(customer, missed, talked), "sue").map((each) => each.address || each.user)).toEqual(["+49", "eve"]);
  });

  it("tells a missed call from an answered one", () => {
    const ended = (extra: Partial<Leg>) => leg({ user: "bob", state: "ended", ...extra });
    expect(directionOf(call(mine, ended({})), "bob")).toBe("missed");
    expect(directionOf(call(mine, ended({ answered_at: "x" })), "bob")).toBe("incoming");
    expect(directionOf(call(mine, ended({})), "ann")).toBe("outgoing");
  });
});

it("shows an address as people write it", () => {
  expect(prettyAddress("sip:+4930123@carrier.example;user=phone")).toBe("+4930123");
  expect(prettyAddress("sips:carrier.example")).toBe("carrier.example");
  expect(prettyAddress("1001")).toBe("1001");
});
