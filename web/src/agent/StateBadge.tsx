import type { Conversation, ConversationState, Outcome } from "../api/types";
import { m } from "../messages";
import { cx } from "../ui/cx";

const looks: Record<ConversationState, string> = {
  flow: "bg-hover text-soft",
  queued: "bg-warn-soft text-warn-text",
  alerting: "bg-warn-soft text-warn-text",
  connected: "bg-queue-soft text-queue-text",
  wrap_up: "bg-selected text-accent-text",
  ended: "bg-hover text-soft",
};

const ends: Partial<Record<Outcome, string>> = { abandoned: "bg-bad-soft text-bad-text", failed: "bg-bad-soft text-bad-text" };

export function StateBadge({ conversation: { state, outcome } }: { conversation: Conversation }) {
  const over = state === "ended" && outcome;
  return (
    <span data-testid="conversation-state" data-state={state} className={cx("rounded-full px-2 py-0.5 text-xs font-medium whitespace-nowrap", (over && ends[outcome]) || looks[state])}>
      {over ? m.agent.outcomes[outcome] : m.agent.states[state]}
    </span>
  );
}
