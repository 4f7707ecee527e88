import { Headset, RotateCcw } from "lucide-react";
import { useState } from "react";
import type { RoutingStatus } from "../api/types";
import { m } from "../messages";
import { useMe } from "../session/me";
import { choosePresence } from "../shell/presence";
import { Button } from "../ui/Button";
import { cx } from "../ui/cx";
import { Elapsed } from "../ui/time";
import { toastError } from "../ui/toasts";
import { useMyAgent } from "./state";

/** The agent's switch for queue work and what routing sees of them. */
export function AgentControl() {
  const agent = useMyAgent();
  const { user } = useMe();
  const [busy, setBusy] = useState(false);
  if (!agent || agent.queues.length === 0) return null;
  const on = user.presence.primary === "on_queue";
  const { status } = agent;
  const go = (toQueue: boolean) => {
    setBusy(true);
    choosePresence({ primary: toQueue ? "on_queue" : "available", message: user.presence.message })
      .catch(toastError)
      .finally(() => setBusy(false));
  };
  if (status === "not_responding") {
    return (
      <div className="flex items-center gap-2" role="status">
        <StatusPill status={status} since={agent.since} className="max-sm:hidden" />
        <Button size="small" look="primary" busy={busy} title={m.agent.notResponding} data-testid="back-on-queue" icon={<RotateCcw className="size-3.5" />} onClick={() => go(true)}>
          {m.agent.back}
        </Button>
      </div>
    );
  }
  return (
    <div className="flex items-center gap-2">
      {on && <StatusPill status={status} since={agent.since} className="max-sm:hidden" />}
      <button
        type="button"
        role="switch"
        aria-checked={on}
        aria-label={m.agent.onQueue}
        title={on ? m.agent.goOff : m.agent.goOn}
        disabled={busy}
        data-testid="on-queue"
        data-status={status}
        onClick={() => go(!on)}
        className={cx(
          "flex h-9 items-center gap-2 rounded-full border px-3 text-sm font-medium transition-colors",
          on ? "border-queue bg-queue-soft text-queue-text" : "border-line bg-surface text-soft hover:border-line-strong",
        )}
      >
        <Headset aria-hidden className="size-4" />
        <span className="max-md:sr-only">{on ? m.agent.onQueue : m.agent.offQueue}</span>
        <span aria-hidden className={cx("inline-flex h-4 w-7 items-center rounded-full p-0.5 transition-colors", on ? "bg-queue" : "bg-line-strong")}>
          <span className={cx("size-3 rounded-full bg-white transition-transform", on && "translate-x-3")} />
        </span>
      </button>
    </div>
  );
}

export const statusLooks: Record<RoutingStatus, string> = {
  off_queue: "bg-hover text-soft",
  idle: "bg-good-soft text-good-text",
  alerting: "bg-warn-soft text-warn-text",
  interacting: "bg-queue-soft text-queue-text",
  wrap_up: "bg-selected text-accent-text",
  communicating: "bg-selected text-accent-text",
  not_responding: "bg-bad-soft text-bad-text",
};

export function StatusPill({ status, since, className }: { status: RoutingStatus; since?: string; className?: string }) {
  return (
    <span
      data-testid="agent-status"
      data-status={status}
      className={cx("inline-flex h-6 items-center gap-1.5 rounded-full px-2.5 text-xs font-medium whitespace-nowrap", statusLooks[status], className)}
    >
      {m.agent.statuses[status]}
      {since && <Elapsed since={since} className="font-normal opacity-90" />}
    </span>
  );
}
