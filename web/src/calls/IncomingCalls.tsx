import { useQuery } from "@tanstack/react-query";
import { Phone, PhoneIncoming, PhoneOff, Video } from "lucide-react";
import { useEffect, useRef } from "react";
import { queries } from "../api/queries";
import { offers } from "../agent/offers";
import { useQueue } from "../agent/state";
import { m } from "../messages";
import { useMe, usePeople } from "../session/me";
import { useStore } from "../store";
import { Avatar, PersonAvatar } from "../ui/Avatar";
import { Button } from "../ui/Button";
import { Elapsed, useCountdown } from "../ui/time";
import { answerCall, declineCall } from "./actions";
import { others, partyName, prettyAddress } from "./model";
import { useMyCalls, type MyCall } from "./state";

/** The calls that ring, above everything. */
export function IncomingCalls() {
  const { ringing, here } = useMyCalls();
  const inCall = here.filter(({ leg }) => leg.state !== "holding").map(({ call }) => call);
  return (
    <section aria-label={m.calls.incoming} className="pointer-events-none fixed inset-x-0 top-3 z-40 flex flex-col items-center gap-3 px-3 md:top-14">
      {ringing.map((each) => (
        <Alert key={each.call.id} {...each} answer={(video) => void answerCall(each.call, video, inCall)} />
      ))}
    </section>
  );
}

function Alert({ call, leg, answer }: MyCall & { answer: (video: boolean) => void }) {
  const people = usePeople();
  const me = useMe().user.id;
  const name = partyName(call, me, people, m.calls.unknown);
  const far = others(call, me)[0];
  const person = people.find((each) => each.id === far?.user);
  const number = far && prettyAddress(far.address);
  const first = useRef<HTMLButtonElement>(null);

  // The alert takes the focus, but never from somebody who is typing: Enter would answer in the middle of a sentence.
  useEffect(() => {
    const focused = document.activeElement;
    const typing = focused instanceof HTMLInputElement || focused instanceof HTMLTextAreaElement;
    if (!typing) first.current?.focus({ preventScroll: true });
  }, []);

  const title = call.conversation ? m.calls.queueCall : call.video ? m.calls.incomingVideo : m.calls.incoming;
  return (
    <div
      role="alertdialog"
      aria-label={`${title}: ${name}`}
      data-testid="alert"
      data-call={call.id}
      className="pointer-events-auto w-full max-w-md animate-rise overflow-hidden rounded-2xl border border-line bg-raised shadow-float"
    >
      <div className="flex items-center gap-4 p-4 pb-3">
        {person ? <PersonAvatar person={person} size="large" /> : <Avatar name={name} size="large" />}
        <div className="min-w-0 grow">
          <p className="flex items-center gap-1.5 text-sm font-medium text-good-text">
            <PhoneIncoming aria-hidden className="size-4 animate-ring" />
            {title}
          </p>
          <p className="truncate text-xl font-semibold" data-testid="alert-name">
            {name}
          </p>
          {number && number !== name && <p className="tabular truncate text-soft">{number}</p>}
        </div>
      </div>
      {call.conversation && <QueueFacts conversation={call.conversation} since={leg.started_at} dialled={call.dialled} />}
      <div className="flex gap-2 p-4 pt-2">
        <Button ref={first} look="good" size="large" className="min-w-0 flex-1" data-testid="alert-answer" icon={<Phone className="size-5" />} onClick={() => answer(false)}>
          {m.calls.answer}
        </Button>
        {call.video && (
          <Button look="good" size="large" className="px-4" aria-label={m.calls.answerVideo} title={m.calls.answerVideo} data-testid="alert-answer-video" onClick={() => answer(true)}>
            <Video className="size-5" />
          </Button>
        )}
        <Button look="bad" size="large" className="min-w-0 flex-1" data-testid="alert-decline" icon={<PhoneOff className="size-5" />} onClick={() => void declineCall(call.id)}>
          {m.calls.decline}
        </Button>
      </div>
    </div>
  );
}

/** What an agent wants to know before answering, and how long there is left to. */
function QueueFacts({ conversation: id, since, dialled }: { conversation: string; since: string; dialled: string }) {
  const { data: conversation } = useQuery(queries.conversation(id));
  const queue = useQueue(conversation?.queue);
  const expires = useStore(offers).get(id);
  const until = expires ? Date.parse(expires) : Date.parse(since) + (queue?.alert_seconds ?? 20) * 1_000;
  const total = Math.max(1, until - Date.parse(since));
  const left = useCountdown(until);
  const seconds = Math.ceil(left / 1_000);
  const wait = conversation?.participants.flatMap((each) => each.segments).find((segment) => segment.kind === "wait");
  return (
    <>
      <dl className="mx-4 flex flex-wrap gap-x-5 gap-y-1 rounded-xl bg-queue-soft px-3.5 py-2 text-sm">
        <Fact name={m.calls.queue} value={queue?.name ?? "…"} />
        <Fact name={m.calls.calledNumber} value={conversation?.to ?? dialled} />
        <Fact name={m.calls.wait} value={<Elapsed since={wait?.started_at ?? conversation?.started_at ?? since} />} />
      </dl>
      <div className="mx-4 mt-3 flex items-center gap-2.5" data-testid="alert-countdown">
        <div className="h-1.5 grow overflow-hidden rounded-full bg-hover">
          <div className="h-full origin-left rounded-full bg-queue" style={{ transform: `scaleX(${Math.min(1, left / total)})` }} />
        </div>
        <span className="tabular text-sm text-soft">{m.calls.secondsLeft(seconds)}</span>
      </div>
    </>
  );
}

const Fact = ({ name, value }: { name: string; value: React.ReactNode }) => (
  <div className="flex min-w-0 gap-1.5">
    <dt className="text-queue-text">{name}</dt>
    <dd className="tabular truncate font-medium">{value}</dd>
  </div>
);
