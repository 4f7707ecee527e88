import { useQuery } from "@tanstack/react-query";
import { useParams } from "@tanstack/react-router";
import { Bot, CircleSlash, Headset, ListOrdered, Phone, User } from "lucide-react";
import { Problem } from "../api/client";
import { queries } from "../api/queries";
import type { Conversation, Participant, Purpose } from "../api/types";
import { CallControls } from "../calls/CallControls";
import { CallPhase } from "../calls/CallPhase";
import { prettyAddress } from "../calls/model";
import { useMyCalls } from "../calls/state";
import { m } from "../messages";
import { useMe, usePeople } from "../session/me";
import { DetailHeader } from "../shell/ListDetail";
import { Avatar } from "../ui/Avatar";
import { Empty, Failure, Skeleton } from "../ui/states";
import { Elapsed, formatDuration, formatFull, formatTime } from "../ui/time";
import { StateBadge } from "./StateBadge";
import { agentPart, openWrapUp, useQueue } from "./state";
import { WrapUpForm } from "./WrapUpForm";

export function ConversationPage() {
  const { conversation: id } = useParams({ from: "/signed-in/inbox/$conversation" });
  const query = useQuery(queries.conversation(id));
  if (query.isPending) return <Skeleton className="m-8 h-40" />;
  if (query.isError) {
    if (query.error instanceof Problem && query.error.status === 404) return <Empty icon={<CircleSlash />} title={m.agent.gone} />;
    return <Failure error={query.error} retry={() => void query.refetch()} />;
  }
  return <Panel key={id} conversation={query.data} />;
}

function Panel({ conversation }: { conversation: Conversation }) {
  const me = useMe().user.id;
  const queue = useQueue(conversation.queue);
  const { here } = useMyCalls();
  const mine = here.find(({ call }) => call.id === conversation.call);
  const wrapUp = openWrapUp(conversation, me);
  const part = agentPart(conversation, me);
  const name = prettyAddress(conversation.from);
  return (
    <article aria-label={name} className="flex h-full flex-col" data-testid="conversation">
      <DetailHeader back="/inbox">
        <div className="flex min-w-0 grow items-center gap-3">
          <Avatar name={name} size="small" />
          <h2 className="tabular truncate font-semibold">{name}</h2>
        </div>
        <StateBadge conversation={conversation} />
      </DetailHeader>
      <div className="min-h-0 grow overflow-y-auto">
        <div className="mx-auto grid max-w-5xl gap-5 p-4 md:p-6 xl:grid-cols-[minmax(0,1fr)_20rem]">
          <div className="flex min-w-0 flex-col gap-5">
            {mine && (
              <section className="flex flex-wrap items-center justify-between gap-3 rounded-2xl border border-queue/50 bg-queue-soft px-4 py-3">
                <p className="flex items-center gap-2 text-lg font-semibold text-queue-text">
                  <Phone aria-hidden className="size-4.5" />
                  <CallPhase call={mine.call} leg={mine.leg} />
                </p>
                <CallControls call={mine.call} leg={mine.leg} compact />
              </section>
            )}
            {(wrapUp || (mine && part)) && (
              <WrapUpForm conversation={conversation} policy={queue?.wrap_up} since={wrapUp?.started_at ?? null} given={part?.wrap_up ?? null} />
            )}
            <Timeline conversation={conversation} />
          </div>
          <Customer conversation={conversation} queue={queue?.name} />
        </div>
      </div>
    </article>
  );
}

function Customer({ conversation, queue }: { conversation: Conversation; queue: string | undefined }) {
  const codes = useQuery(queries.wrapUpCodes);
  const given = conversation.participants.flatMap((each) => each.wrap_up ?? []);
  return (
    <section className="h-fit rounded-2xl border border-line p-4">
      <h3 className="mb-3 font-semibold">{m.agent.customer}</h3>
      <dl className="grid grid-cols-[auto_minmax(0,1fr)] gap-x-5 gap-y-2">
        <dt className="text-soft">{m.calls.from}</dt>
        <dd className="tabular break-all">{prettyAddress(conversation.from)}</dd>
        <dt className="text-soft">{m.calls.calledNumber}</dt>
        <dd className="tabular break-all">{conversation.to}</dd>
        <dt className="text-soft">{m.calls.queue}</dt>
        <dd>{queue ?? "–"}</dd>
        <dt className="text-soft">{m.agent.started}</dt>
        <dd>{formatFull(conversation.started_at)}</dd>
        {given.map((each) => (
          <div key={each.code} className="contents">
            <dt className="text-soft">{m.agent.wrapUp}</dt>
            <dd>
              {codes.data?.find((code) => code.id === each.code)?.name ?? "…"}
              {each.note && <p className="text-soft">{each.note}</p>}
            </dd>
          </div>
        ))}
      </dl>
      {conversation.position !== null && <p className="mt-3 text-sm text-soft">{m.agent.position(conversation.position)}</p>}
    </section>
  );
}

const icons: Record<Purpose, typeof User> = { customer: User, flow: Bot, queue: ListOrdered, agent: Headset };

interface Step {
  participant: Participant;
  at: number;
}

/** All segments in the order they began. */
function Timeline({ conversation }: { conversation: Conversation }) {
  const people = usePeople();
  const queue = useQueue(conversation.queue);
  const steps: Step[] = conversation.participants
    .flatMap((participant) => participant.segments.map((_, at) => ({ participant, at })))
    .toSorted((a, b) => start(a).localeCompare(start(b)));
  const label = ({ purpose, user }: Participant) =>
    purpose === "agent"
      ? (people.find((person) => person.id === user)?.display_name ?? m.agent.purposes.agent)
      : purpose === "queue"
        ? (queue?.name ?? m.agent.purposes.queue)
        : m.agent.purposes[purpose];
  return (
    <section>
      <h3 className="mb-3 font-semibold">{m.agent.timeline}</h3>
      <ol className="flex flex-col">
        {steps.map((step, index) => {
          const { kind, started_at, ended_at, disposition } = step.participant.segments[step.at]!;
          const Icon = icons[step.participant.purpose];
          return (
            <li key={`${step.participant.id}-${step.at}`} className="flex gap-3" data-testid="segment" data-kind={kind}>
              <div className="flex flex-col items-center">
                <span className={`flex size-7 shrink-0 items-center justify-center rounded-full ${ended_at ? "bg-hover text-soft" : "bg-queue-soft text-queue-text"}`}>
                  <Icon aria-hidden className="size-3.5" />
                </span>
                {index < steps.length - 1 && <span className="w-px grow bg-line" />}
              </div>
              <div className="flex min-w-0 grow flex-wrap items-baseline gap-x-2 pb-4">
                <span className="font-medium">{m.agent.segments[kind]}</span>
                <span className="text-soft">{label(step.participant)}</span>
                {disposition && <span className="text-sm text-faint">{m.agent.disposition(disposition)}</span>}
                <span className="tabular ml-auto text-sm text-soft">
                  {ended_at ? formatDuration(Date.parse(ended_at) - Date.parse(started_at)) : <Elapsed since={started_at} />}
                </span>
                <time dateTime={started_at} title={formatFull(started_at)} className="tabular w-18 text-right text-sm whitespace-nowrap text-faint">
                  {formatTime(started_at)}
                </time>
              </div>
            </li>
          );
        })}
      </ol>
    </section>
  );
}

const start = ({ participant, at }: Step): string => participant.segments[at]!.started_at;
