import { expect, test } from "vitest";
import type { DialPlanAnswer } from "../api/types";
import { nameOf, sentences } from "./plan";

const names = { person: (id: string) => `Person ${id}`, flow: (id: string) => `Flow ${id}` };

test("every answer of the dial plan is said in words", () => {
  const said: [DialPlanAnswer, string[]][] = [
    [{ number: null, leads: { kind: "nowhere" } }, ["That is no number: the call is refused."]],
    [{ number: "4711", leads: { kind: "nowhere" } }, ["4711 leads nowhere: the call is refused."]],
    [{ number: "1001", leads: { kind: "person", user: "a" } }, ["1001 is an extension: Person a rings, on all devices."]],
    [{ number: "+15550100", leads: { kind: "number", to: { kind: "user", user: "a" } } }, ["+15550100 is one of your own numbers: Person a rings, on all devices."]],
    [{ number: "+15550100", leads: { kind: "number", to: { kind: "flow", flow: "f" } } }, ["+15550100 is one of your own numbers: the flow Flow f takes the call."]],
    [{ number: "+4420", leads: { kind: "outside", trunks: ["main", "spare"], shows: "+15550100" } }, ["+4420 is outside: it is called by main, then spare.", "Whoever is called sees +15550100."]],
    [{ number: "+4420", leads: { kind: "outside", trunks: ["main"], shows: null } }, ["+4420 is outside: it is called by main.", "Whoever is called sees no number: neither this person nor the trunk has one."]],
  ];
  for (const [answer, expected] of said) expect(sentences(answer, names)).toEqual(expected);
});

test("where a number leads has a name", () => {
  expect([nameOf({ kind: "user", user: "a" }, names), nameOf({ kind: "flow", flow: "f" }, names)]).toEqual(["Person a", "Flow f"]);
});
