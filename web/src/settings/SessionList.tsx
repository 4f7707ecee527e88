import { MonitorSmartphone } from "lucide-react";
import type { ReactNode } from "react";
import type { Session } from "../api/types";
import { m } from "../messages";
import { formatFull, formatShort } from "../ui/time";
import { deviceName } from "./device";

export const nameOf = (session: Session): string => deviceName(session.user_agent) ?? m.security.unknownDevice;

/** Sessions, one's own or somebody else's, each with what can be done about it. */
export const SessionList = ({ sessions, action }: { sessions: Session[]; action?: (session: Session) => ReactNode }) => (
  <ul className="flex flex-col divide-y divide-line">
    {sessions.map((session) => (
      <li key={session.id} data-testid="session-row" data-current={session.current} className="flex flex-wrap items-center gap-x-3 gap-y-2 py-3 first:pt-0 last:pb-0">
        <MonitorSmartphone aria-hidden className="size-5 shrink-0 text-faint" />
        <div className="min-w-0 grow basis-48">
          <p className="flex flex-wrap items-center gap-x-2 font-medium">
            <span className="break-words" title={session.user_agent ?? undefined}>
              {nameOf(session)}
            </span>
            {session.current && <span className="rounded-full bg-good-soft px-2 py-0.5 text-xs font-medium text-good-text">{m.security.current}</span>}
          </p>
          <p className="text-sm text-soft">
            {session.address && <>{m.security.from(session.address)} · </>}
            <time dateTime={session.created_at} title={formatFull(session.created_at)}>
              {m.security.signedInAt(formatShort(session.created_at))}
            </time>
            {" · "}
            <time dateTime={session.last_used_at} title={formatFull(session.last_used_at)}>
              {m.security.usedAt(formatShort(session.last_used_at))}
            </time>
          </p>
        </div>
        {action?.(session)}
      </li>
    ))}
  </ul>
);
