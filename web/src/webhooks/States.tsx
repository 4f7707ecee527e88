import type { DeliveryState as Delivered, Webhook } from "../api/types";
import { m } from "../messages";
import { cx } from "../ui/cx";
import { formatFull } from "../ui/time";
import { healthOf, type Health } from "./model";

const badge = "rounded-full px-2 py-0.5 text-xs font-medium whitespace-nowrap";

const healthLooks: Record<Health, string> = {
  active: "bg-good-soft text-good-text",
  failing: "bg-warn-soft text-warn-text",
  paused: "bg-hover text-soft",
  suspended: "bg-bad-soft text-bad-text",
};

const looks: Record<Delivered, string> = {
  delivered: "bg-good-soft text-good-text",
  set_aside: "bg-bad-soft text-bad-text",
  waiting: "bg-warn-soft text-warn-text",
  discarded: "bg-hover text-soft",
};

export function WebhookState({ webhook }: { webhook: Webhook }) {
  const health = healthOf(webhook);
  return (
    <span data-testid="webhook-state" data-state={health} className={cx(badge, healthLooks[health])}>
      {m.webhooks.states[health]}
    </span>
  );
}

export const DeliveryState = ({ state }: { state: Delivered }) => (
  <span data-testid="delivery-state" data-state={state} className={cx(badge, looks[state])}>
    {m.webhooks.deliveryStates[state]}
  </span>
);

/** In a line what is wrong with a webhook, if anything is. */
export function Trouble({ webhook }: { webhook: Webhook }) {
  const { failing_since, next_try_at, reason } = webhook;
  const health = healthOf(webhook);
  if (health === "suspended") return reason && <span className="block text-sm wrap-anywhere text-bad-text">{reason}</span>;
  if (health !== "failing" || failing_since === null) return null;
  return <span className="block text-sm text-warn-text">{m.webhooks.failing(formatFull(failing_since), next_try_at && formatFull(next_try_at))}</span>;
}
