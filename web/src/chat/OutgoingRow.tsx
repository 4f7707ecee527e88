import { Clock, TriangleAlert } from "lucide-react";
import { m } from "../messages";
import { useMe } from "../session/me";
import { Avatar } from "../ui/Avatar";
import { Button } from "../ui/Button";
import { cx } from "../ui/cx";
import { formatTime } from "../ui/time";
import type { Outgoing } from "./outbox";
import { RichText } from "./RichText";
import { outbox } from "./sending";

/** One's own message that the server has not confirmed yet. */
export function OutgoingRow({ outgoing, follows }: { outgoing: Outgoing; follows: boolean }) {
  const { user } = useMe();
  const { client_id, state, reason } = outgoing;
  return (
    <article
      data-testid="message-outgoing"
      data-state={state}
      className={cx("flex gap-3 px-5", follows ? "py-0.5" : "pt-2.5 pb-0.5")}
    >
      <div className="w-9 shrink-0">{!follows && <Avatar name={user.display_name} />}</div>
      <div className="min-w-0 grow">
        {!follows && (
          <p className="flex items-baseline gap-2">
            <span className="font-semibold">{user.display_name}</span>
            <span className="tabular text-xs text-faint">{formatTime(outgoing.at)}</span>
          </p>
        )}
        <p className={cx("break-words whitespace-pre-wrap", state !== "failed" && "text-soft")}>
          <RichText text={outgoing.text} />
          {state !== "failed" && (
            <Clock
              role="img"
              aria-label={state === "sending" ? m.chat.sending : m.chat.waiting}
              className="ml-1.5 inline size-3.5 align-[-0.15em] text-faint"
            />
          )}
        </p>
        {state === "failed" && (
          <div role="alert" className="flex flex-wrap items-center gap-2 py-1 text-sm text-bad-text">
            <TriangleAlert aria-hidden className="size-4" />
            <span>
              {m.chat.failed}. {reason}
            </span>
            <Button size="small" onClick={() => outbox.retry(client_id)}>
              {m.retry}
            </Button>
            <Button size="small" look="ghost" onClick={() => outbox.discard(client_id)}>
              {m.chat.discard}
            </Button>
          </div>
        )}
      </div>
    </article>
  );
}
