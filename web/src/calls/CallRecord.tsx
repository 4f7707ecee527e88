import { Link } from "@tanstack/react-router";
import { ArrowLeft, Phone } from "lucide-react";
import type { Call } from "../api/types";
import { m } from "../messages";
import { useMe, usePeople } from "../session/me";
import { Button } from "../ui/Button";
import { formatDuration, formatFull } from "../ui/time";
import { startCall } from "./actions";
import { directionOf, nameOf, others, partyName } from "./model";

/** What became of a call, or how it goes on without this tab. */
export function CallRecord({ call }: { call: Call }) {
  const people = usePeople();
  const me = useMe().user.id;
  const far = others(call, me)[0];
  const again = () =>
    far && void startCall(far.user ? { kind: "user", user: far.user } : { kind: "number", number: far.caller ? far.address : call.dialled }, false);
  return (
    <article className="h-full overflow-y-auto">
      <header className="flex h-14 items-center gap-3 border-b border-line px-3 md:px-5">
        <Link to="/calls" aria-label={m.back} className="flex size-9 items-center justify-center rounded-lg text-soft hover:bg-hover">
          <ArrowLeft className="size-5" />
        </Link>
        <h1 className="truncate text-lg font-semibold">{m.calls.record}</h1>
      </header>
      <div className="mx-auto flex max-w-2xl flex-col gap-6 p-5 md:p-8">
        <div className="flex flex-wrap items-center gap-4">
          <div className="min-w-0 grow">
            <h2 className="truncate text-2xl font-semibold">{partyName(call, me, people, m.calls.unknown)}</h2>
            <p className="text-soft">
              {describeCall(call, me)} · {formatFull(call.started_at)}
            </p>
          </div>
          {far && !call.conversation && (
            <Button icon={<Phone className="size-4" />} onClick={again}>
              {m.calls.again}
            </Button>
          )}
          {call.conversation && (
            <Link to="/inbox/$conversation" params={{ conversation: call.conversation }} className="font-medium text-accent-text underline underline-offset-2">
              {m.supervisor.conversation}
            </Link>
          )}
        </div>
        <section>
          <h3 className="mb-2 font-semibold">{m.calls.parties}</h3>
          <ul className="divide-y divide-line rounded-2xl border border-line">
            {call.legs.map((leg) => (
              <li key={leg.id} className="flex flex-wrap items-baseline gap-x-4 gap-y-0.5 px-4 py-3">
                <span className="min-w-0 grow truncate font-medium">{leg.user === me ? m.you : nameOf(leg, people) || m.calls.unknown}</span>
                <span className="text-sm text-soft">{leg.end_reason ? m.calls.reason[leg.end_reason] : ""}</span>
                <span className="tabular text-sm text-faint">
                  {leg.answered_at && leg.ended_at ? formatDuration(Date.parse(leg.ended_at) - Date.parse(leg.answered_at)) : "–"}
                </span>
              </li>
            ))}
          </ul>
        </section>
      </div>
    </article>
  );
}

/** "Outgoing · 3:02", "Missed", "Answered · 0:41", with the reason where there was no talk. */
export function describeCall(call: Call, me: string): string {
  const direction = directionOf(call, me);
  const word = { outgoing: m.calls.outgoing, incoming: m.calls.answered, missed: m.calls.missed, others: m.calls.othersCall }[direction];
  if (!call.ended_at) return word;
  const answers = others(call, me).map((leg) => leg.answered_at);
  const since = [call.answered_at, ...answers].filter((at) => at !== null).toSorted().at(-1);
  if (direction !== "missed" && since && answers.some((at) => at !== null)) return `${word} · ${formatDuration(Date.parse(call.ended_at) - Date.parse(since))}`;
  const mine = call.legs.findLast((leg) => leg.user === me)?.end_reason;
  // Refused by me, or taken by another: not missed.
  if (direction === "missed" && (mine === "declined" || mine === "answered_elsewhere")) return m.calls.reason[mine];
  const reason = direction === "outgoing" ? (others(call, me)[0]?.end_reason ?? call.end_reason) : null;
  return reason ? `${word} · ${m.calls.reason[reason]}` : word;
}
