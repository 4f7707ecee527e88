import { useQuery } from "@tanstack/react-query";
import { CircleCheck, CircleSlash, Sparkles } from "lucide-react";
import { queries } from "../api/queries";
import type { Decision } from "../api/types";
import { m } from "../messages";
import { usePeople } from "../session/me";
import { cx } from "../ui/cx";
import { Dialog, DialogHeader } from "../ui/Dialog";
import { Empty, Failure, SkeletonRows } from "../ui/states";
import { formatDuration, formatFull, formatTime } from "../ui/time";

/** Why routing chose whom it chose, newest first. */
export function WhyDrawer({ conversation, close }: { conversation: string | undefined; close: () => void }) {
  return (
    <Dialog open={!!conversation} onClose={close} label={m.supervisor.whyTitle} shape="drawer">
      <div className="flex h-full flex-col" data-testid="why-drawer">
        <DialogHeader title={m.supervisor.whyTitle} onClose={close} />
        <div className="min-h-0 grow overflow-y-auto p-4">{conversation && <Decisions conversation={conversation} />}</div>
      </div>
    </Dialog>
  );
}

function Decisions({ conversation }: { conversation: string }) {
  const query = useQuery({ ...queries.decisions(conversation), staleTime: 0 });
  if (query.isPending) return <SkeletonRows count={3} />;
  if (query.isError) return <Failure error={query.error} retry={() => void query.refetch()} />;
  if (query.data.length === 0) {
    return (
      <Empty icon={<Sparkles />} title={m.supervisor.whyNone}>
        {m.supervisor.whyNoneHint}
      </Empty>
    );
  }
  const newest = query.data.toSorted((a, b) => b.at.localeCompare(a.at));
  return (
    <ol className="flex flex-col gap-4">
      {newest.map((decision) => (
        <li key={decision.at + decision.offer}>
          <DecisionCard decision={decision} />
        </li>
      ))}
    </ol>
  );
}

function DecisionCard({ decision }: { decision: Decision }) {
  const people = usePeople();
  const name = (id: string) => people.find((person) => person.id === id)?.display_name ?? m.unknownPerson;
  const at = Date.parse(decision.at);
  const Icon = decision.agent ? CircleCheck : CircleSlash;
  const excluded = (decision.counts ?? []).reduce((sum, count) => sum + count.members, 0);
  const more = excluded - decision.excluded.length;
  return (
    <article className="rounded-2xl border border-line">
      <header className="flex items-center gap-2.5 px-4 py-3">
        <Icon aria-hidden className={cx("size-5 shrink-0", decision.agent ? "text-good-text" : "text-warn-text")} />
        <h3 className="grow font-semibold">{decision.agent ? m.supervisor.chosen(name(decision.agent)) : m.supervisor.nobody}</h3>
        <time dateTime={decision.at} title={formatFull(at)} className="tabular text-sm text-faint">
          {formatTime(at)}
        </time>
      </header>
      <div className="flex flex-col gap-3 border-t border-line px-4 py-3">
        {decision.candidates.length > 0 && (
          <div>
            <p className="mb-1 text-sm text-soft">{m.supervisor.eligible(decision.eligible)}</p>
            <ol aria-label={m.supervisor.ranked} className="flex flex-col gap-1">
              {decision.candidates.map((candidate, rank) => (
                <li key={candidate.agent} className="flex items-baseline gap-2">
                  <span className="tabular w-5 text-right text-faint">{rank + 1}.</span>
                  <span className={cx("grow truncate", candidate.agent === decision.agent && "font-semibold")}>{name(candidate.agent)}</span>
                  <span className="tabular text-sm text-soft">
                    {candidate.score > 0 && `${m.supervisor.score(candidate.score)} · `}
                    {m.supervisor.freeFor(formatDuration(at - Date.parse(candidate.idle_since)))}
                  </span>
                </li>
              ))}
            </ol>
          </div>
        )}
        {decision.excluded.length > 0 && (
          <div>
            <p className="mb-1 text-sm text-soft">{m.supervisor.excluded}</p>
            <ul className="flex flex-col gap-1">
              {decision.excluded.map((each) => (
                <li key={each.agent + each.reason}>
                  {name(each.agent)} <span className="text-soft">{m.supervisor.exclusion(each.reason)}</span>
                </li>
              ))}
              {more > 0 && <li className="text-soft">{m.supervisor.excludedMore(more)}</li>}
            </ul>
          </div>
        )}
      </div>
    </article>
  );
}
