import { useQueries, useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { Headset } from "lucide-react";
import { queries } from "../api/queries";
import type { Agent, DivisionId } from "../api/types";
import { StatusPill } from "../agent/AgentControl";
import { prettyAddress } from "../calls/model";
import { m } from "../messages";
import { PresenceDot } from "../ui/Avatar";
import { Empty, Failure, SkeletonRows } from "../ui/states";
import { Table, type Column } from "../ui/Table";
import { Elapsed } from "../ui/time";

export function AgentsTable({ division }: { division: DivisionId | undefined }) {
  const agents = useQuery(queries.agents);
  const ids = agents.data?.flatMap((agent) => agent.conversations) ?? [];
  const conversations = useQueries({ queries: ids.map((id) => queries.conversation(id)) });
  if (agents.isPending) return <SkeletonRows count={3} />;
  if (agents.isError) return <Failure error={agents.error} retry={() => void agents.refetch()} />;
  const shown = agents.data.filter((agent) => !division || agent.division === division);
  if (shown.length === 0) {
    return (
      <Empty icon={<Headset />} title={m.supervisor.noAgents}>
        {m.supervisor.noAgentsHint}
      </Empty>
    );
  }
  const names = new Map(conversations.flatMap(({ data }) => (data ? [[data.id, prettyAddress(data.from)] as const] : [])));
  return <Table label={m.supervisor.agents} columns={columns(names)} rows={shown} id={(agent) => agent.user} testId="agent-row" />;
}

const columns = (names: ReadonlyMap<string, string>): Column<Agent>[] => [
  {
    key: "agent",
    name: m.supervisor.agent,
    cell: (agent) => (
      <Link to="/people/$person" params={{ person: agent.user }} className="hover:underline">
        {agent.display_name}
      </Link>
    ),
  },
  {
    key: "presence",
    name: m.supervisor.presence,
    cell: ({ presence }) => (
      <span className="flex items-center gap-2">
        <PresenceDot presence={presence} className="size-2.5 shrink-0" plain />
        <span className="truncate">{m.presence.describe(presence)}</span>
      </span>
    ),
  },
  { key: "status", name: m.supervisor.status, cell: ({ status }) => <StatusPill status={status} /> },
  { key: "since", name: m.supervisor.since, number: true, cell: ({ since }) => <Elapsed since={since} /> },
  {
    key: "conversation",
    name: m.supervisor.conversation,
    cell: ({ conversations }) =>
      conversations.length === 0
        ? "–"
        : conversations.map((conversation) => (
            <Link key={conversation} to="/inbox/$conversation" params={{ conversation }} className="mr-3 font-medium text-accent-text hover:underline">
              {names.get(conversation) ?? m.supervisor.conversation}
            </Link>
          )),
  },
];
