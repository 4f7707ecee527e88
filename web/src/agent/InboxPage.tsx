import { useQueries, useQuery } from "@tanstack/react-query";
import { Link, useMatch } from "@tanstack/react-router";
import { Headset, Inbox, Phone } from "lucide-react";
import { queries } from "../api/queries";
import type { Conversation } from "../api/types";
import { prettyAddress } from "../calls/model";
import { m } from "../messages";
import { ListDetail, ListHeader } from "../shell/ListDetail";
import { useMay, useMe } from "../session/me";
import { cx } from "../ui/cx";
import { Empty, SkeletonRows } from "../ui/states";
import { Elapsed, formatShort } from "../ui/time";
import { StatusPill } from "./AgentControl";
import { StateBadge } from "./StateBadge";
import { agentPart, useMyAgent, useQueue } from "./state";

export function InboxPage() {
  const match = useMatch({ from: "/signed-in/inbox/$conversation", shouldThrow: false });
  const chosen = match?.params.conversation;
  return <ListDetail label={m.agent.title} chosen={!!chosen} list={<InboxList chosen={chosen} />} />;
}

export const NoConversation = () => (
  <Empty icon={<Inbox />} title={m.agent.pick}>
    {m.agent.pickHint}
  </Empty>
);

/** Conversations I have now, and those I had. */
export function useMyConversations(): { now: Conversation[]; before: Conversation[]; pending: boolean } {
  const agent = useMyAgent();
  const me = useMe().user.id;
  const now = useQueries({ queries: (agent?.conversations ?? []).map((id) => queries.conversation(id)) });
  const past = useQuery(queries.conversations(false));
  return {
    now: now.flatMap(({ data }) => (data ? [data] : [])),
    before: (past.data ?? []).filter((each) => agentPart(each, me) && !agent?.conversations.includes(each.id)),
    pending: agent === undefined || past.isPending,
  };
}

function InboxList({ chosen }: { chosen: string | undefined }) {
  const agent = useMyAgent();
  const on = useMe().user.presence.primary === "on_queue";
  const { now, before, pending } = useMyConversations();
  const may = useMay();
  const stats = useQuery({ ...queries.queueStats, enabled: may("queue:read") });
  return (
    <>
      <ListHeader title={m.agent.title}>{agent && <StatusPill status={agent.status} since={agent.since} />}</ListHeader>
      <div className="min-h-0 grow overflow-y-auto px-2 pb-3">
        {pending && <SkeletonRows count={3} />}
        {!pending && now.length === 0 && (
          <div className="mx-2 mb-3 rounded-2xl border border-dashed border-line-strong/60 p-5 text-center">
            <Headset aria-hidden className="mx-auto mb-2 size-6 text-faint" />
            <p className="font-medium">{m.agent.nothing}</p>
            <p className="text-sm text-balance text-soft">{on ? m.agent.nothingOn : m.agent.nothingOff}</p>
          </div>
        )}
        {now.length > 0 && <Heading>{m.agent.mine}</Heading>}
        <ul>
          {now.map((each) => (
            <Row key={each.id} conversation={each} here={each.id === chosen} />
          ))}
        </ul>
        {!!agent?.queues.length && (
          <>
            <Heading>{m.agent.queues}</Heading>
            <ul className="px-2.5">
              {agent.queues.map((queue) => (
                <QueueLine key={queue} queue={queue} waiting={stats.data?.find((each) => each.queue === queue)?.waiting} />
              ))}
            </ul>
          </>
        )}
        {before.length > 0 && <Heading>{m.agent.recent}</Heading>}
        <ul>
          {before.map((each) => (
            <Row key={each.id} conversation={each} here={each.id === chosen} />
          ))}
        </ul>
      </div>
    </>
  );
}

const Heading = ({ children }: { children: string }) => <h2 className="px-2.5 pt-3 pb-1 text-xs font-medium text-faint">{children}</h2>;

function QueueLine({ queue: id, waiting }: { queue: string; waiting: number | undefined }) {
  const queue = useQueue(id);
  return (
    <li className="flex items-center justify-between py-1">
      <span className="truncate">{queue?.name ?? "…"}</span>
      <span className={cx("text-sm", waiting ? "font-medium text-warn-text" : "text-faint")}>{waiting !== undefined && m.agent.waitingFor(waiting)}</span>
    </li>
  );
}

function Row({ conversation, here }: { conversation: Conversation; here: boolean }) {
  const queue = useQueue(conversation.queue);
  return (
    <li>
      <Link
        to="/inbox/$conversation"
        params={{ conversation: conversation.id }}
        aria-current={here ? "page" : undefined}
        data-testid="conversation-row"
        className={cx("flex items-center gap-3 rounded-xl px-2.5 py-2", here ? "bg-selected" : "hover:bg-hover")}
      >
        <span className="flex size-9 shrink-0 items-center justify-center rounded-full bg-queue-soft text-queue-text">
          <Phone aria-hidden className="size-4" />
        </span>
        <span className="min-w-0 grow">
          <span className="tabular block truncate font-medium">{prettyAddress(conversation.from)}</span>
          <span className="block truncate text-sm text-soft">{queue?.name ?? conversation.to}</span>
        </span>
        <span className="flex shrink-0 flex-col items-end gap-0.5">
          <StateBadge conversation={conversation} />
          <span className="text-xs text-faint">
            {conversation.ended_at ? formatShort(conversation.started_at) : <Elapsed since={conversation.started_at} />}
          </span>
        </span>
      </Link>
    </li>
  );
}
