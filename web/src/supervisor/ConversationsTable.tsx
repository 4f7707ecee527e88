import { useQuery } from "@tanstack/react-query";
import { Link, useNavigate } from "@tanstack/react-router";
import { PhoneIncoming, Sparkles } from "lucide-react";
import { queries } from "../api/queries";
import type { Conversation, DivisionId } from "../api/types";
import { StateBadge } from "../agent/StateBadge";
import { lastAgent } from "../agent/state";
import { prettyAddress } from "../calls/model";
import { m } from "../messages";
import { usePeople } from "../session/me";
import { Button } from "../ui/Button";
import { Empty, Failure, SkeletonRows } from "../ui/states";
import { Table, type Column } from "../ui/Table";
import { Elapsed, formatDuration, formatShort } from "../ui/time";

export function ConversationsTable({ division }: { division: DivisionId | undefined }) {
  const live = useQuery(queries.conversations(true));
  const ended = useQuery(queries.conversations(false));
  const queues = useQuery(queries.queues);
  const people = usePeople();
  const navigate = useNavigate({ from: "/queues" });
  if (live.isPending) return <SkeletonRows count={3} />;
  if (live.isError) return <Failure error={live.error} retry={() => void live.refetch()} />;

  // A conversation belongs where its queue does.
  const isShown = (each: Conversation) => !division || queues.data?.find((queue) => queue.id === each.queue)?.division === division;
  const columns: Column<Conversation>[] = [
    {
      key: "customer",
      name: m.supervisor.customer,
      cell: (each) => (
        <Link to="/inbox/$conversation" params={{ conversation: each.id }} className="tabular hover:underline">
          {prettyAddress(each.from)}
        </Link>
      ),
    },
    { key: "queue", name: m.supervisor.queue, cell: (each) => queues.data?.find((queue) => queue.id === each.queue)?.name ?? "–" },
    { key: "state", name: m.supervisor.state, cell: (each) => <StateBadge conversation={each} /> },
    { key: "agent", name: m.supervisor.agent, cell: (each) => people.find((person) => person.id === lastAgent(each))?.display_name ?? "–" },
    { key: "started", name: m.supervisor.started, cell: (each) => formatShort(each.started_at) },
    {
      key: "since",
      name: m.supervisor.since,
      number: true,
      cell: (each) => (each.ended_at ? formatDuration(Date.parse(each.ended_at) - Date.parse(each.started_at)) : <Elapsed since={each.started_at} />),
    },
    {
      key: "why",
      name: <span className="sr-only">{m.supervisor.why}</span>,
      action: true,
      className: "text-right",
      cell: (each) => (
        <Button size="small" data-testid="why" icon={<Sparkles className="size-3.5" />} onClick={() => void navigate({ search: (now) => ({ ...now, why: each.id }) })}>
          {m.supervisor.why}
        </Button>
      ),
    },
  ];
  const [now, over] = [live.data.filter(isShown), ended.data?.filter(isShown) ?? []];
  return (
    <div className="flex flex-col gap-7">
      {now.length === 0 ? (
        <Empty icon={<PhoneIncoming />} title={m.supervisor.noConversations}>
          {m.supervisor.noConversationsHint}
        </Empty>
      ) : (
        <Table label={m.supervisor.live} columns={columns} rows={now} id={(each) => each.id} testId="conversation-live" />
      )}
      {over.length > 0 && (
        <section>
          <h2 className="mb-3 px-1 text-lg font-semibold">{m.supervisor.ended}</h2>
          <Table label={m.supervisor.ended} columns={columns} rows={over} id={(each) => each.id} testId="conversation-ended" />
        </section>
      )}
    </div>
  );
}
