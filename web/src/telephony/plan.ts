import type { DialPlanAnswer, NumberTarget } from "../api/types";
import { m } from "../messages";

const words = m.telephony.plan;

/** What ids are called. */
export interface Names {
  person: (id: string) => string;
  flow: (id: string) => string;
}

/** What the dial plan makes of a number, in words. */
export function sentences({ number, leads }: DialPlanAnswer, names: Names): string[] {
  if (!number) return [words.unreadable];
  switch (leads.kind) {
    case "person":
      return [words.person(number, names.person(leads.user))];
    case "number":
      return [leads.to.kind === "user" ? words.numberOfPerson(number, names.person(leads.to.user)) : words.numberOfFlow(number, names.flow(leads.to.flow))];
    case "outside":
      return [words.outside(number, words.inTurn(leads.trunks)), leads.shows ? words.shows(leads.shows) : words.showsNone];
    case "nowhere":
      return [words.nowhere(number)];
  }
}

/** Where a number leads, in a word. */
export const nameOf = (to: NumberTarget, names: Names): string => (to.kind === "user" ? names.person(to.user) : names.flow(to.flow));
