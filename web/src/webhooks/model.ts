import type { Cursor, Delivery, ProblemBody, Webhook, WebhookSettings, WebhookState } from "../api/types";

/** Before the first event. */
export const START: Cursor = "0-0";

/** Kinds of events, however they were put apart; each once. */
export const kindsOf = (text: string): string[] => [...new Set(text.split(/[\s,;]+/).filter(Boolean))];
export const kindsText = (kinds: readonly string[]): string => kinds.join("\n");

/** How a webhook is for who looks at it: one that is refused is not well, though it is told of events. */
export type Health = WebhookState | "failing";
export const healthOf = ({ state, failing_since }: Pick<Webhook, "state" | "failing_since">): Health =>
  state === "active" && failing_since !== null ? "failing" : state;

/** What a webhook is set to, for setting it to something else. */
export const settingsOf = ({ name, url, kinds, state }: Webhook): Required<WebhookSettings> => ({ name, url, kinds, paused: state === "paused" });

export const mayDiscard = ({ state }: Pick<Delivery, "state">): boolean => state === "set_aside" || state === "waiting";

const FIELDS = ["name", "url", "kinds"] as const;
export type Field = (typeof FIELDS)[number];

/** What the server says is wrong, by field; `kinds/3` is a fault of `kinds`. */
export function faultsOf(errors: ProblemBody["errors"]): Partial<Record<Field, string>> {
  const faults: Partial<Record<Field, string>> = {};
  for (const { field, message } of errors ?? []) {
    const name = FIELDS.find((each) => each === /\w+/.exec(field)?.[0]);
    if (name) faults[name] = [faults[name], message].filter(Boolean).join(" ");
  }
  return faults;
}
