import { useQuery } from "@tanstack/react-query";
import { Link, useParams } from "@tanstack/react-router";
import { ArrowLeft, PhoneOff } from "lucide-react";
import { queries } from "../api/queries";
import type { Call, Leg } from "../api/types";
import { m } from "../messages";
import { live } from "../session/live";
import { useMe, usePeople } from "../session/me";
import { useStore } from "../store";
import { Avatar, PersonAvatar } from "../ui/Avatar";
import { cx } from "../ui/cx";
import { Empty, Failure, Skeleton } from "../ui/states";
import { CallControls } from "./CallControls";
import { CallPhase } from "./CallPhase";
import { CallRecord } from "./CallRecord";
import { nameOf, others, partyName, roleOf } from "./model";
import { VideoStage } from "./VideoStage";
import { Problem } from "../api/client";

export function CallPage() {
  const { call: id } = useParams({ from: "/signed-in/calls/$call" });
  const query = useQuery(queries.call(id));
  const device = useStore(live)?.device ?? null;
  const me = useMe().user.id;
  if (query.isPending) return <Skeleton className="m-8 h-40" />;
  if (query.isError) {
    if (query.error instanceof Problem && query.error.status === 404) return <Empty icon={<PhoneOff />} title={m.calls.gone} />;
    return <Failure error={query.error} retry={() => void query.refetch()} />;
  }
  const call = query.data;
  const role = roleOf(call, me, device);
  return role.kind === "here" ? <LiveCall call={call} leg={role.leg} /> : <CallRecord call={call} />;
}

function LiveCall({ call, leg }: { call: Call; leg: Leg }) {
  const people = usePeople();
  const me = useMe().user.id;
  const name = partyName(call, me, people, m.calls.unknown);
  const far = others(call, me);
  return (
    <section aria-label={name} data-testid="call-page" className="flex h-full flex-col">
      <header className="flex h-14 shrink-0 items-center gap-3 px-3 md:px-5">
        <Link to="/calls" aria-label={m.back} className="flex size-9 items-center justify-center rounded-lg text-soft hover:bg-hover">
          <ArrowLeft className="size-5" />
        </Link>
        <h1 className="min-w-0 grow truncate text-lg font-semibold">{name}</h1>
        <CallPhase call={call} leg={leg} className="shrink-0 text-soft" />
      </header>
      <VideoStage call={call} leg={leg}>
        <div className="flex h-full flex-wrap content-center items-center justify-center gap-8 p-4">
          {far.map((each) => (
            <Party key={each.id} leg={each} />
          ))}
        </div>
      </VideoStage>
      <div className="shrink-0 px-3 py-4">
        <CallControls call={call} leg={leg} />
      </div>
    </section>
  );
}

function Party({ leg }: { leg: Leg }) {
  const people = usePeople();
  const person = people.find((each) => each.id === leg.user);
  const name = nameOf(leg, people) || m.calls.unknown;
  const alerting = leg.state === "ringing" || leg.state === "dialing";
  return (
    <div className="flex flex-col items-center gap-3 text-center">
      <span className={cx("rounded-full", alerting && "animate-pulse-soft")}>
        {person ? <PersonAvatar person={person} size="huge" /> : <Avatar name={name} size="huge" />}
      </span>
      <div>
        <p className="text-xl font-semibold">{name}</p>
        <p className="tabular text-soft">
          {[person?.title ?? (name === leg.address ? null : leg.address), leg.muted && m.calls.muted, leg.state === "holding" && m.calls.held]
            .filter(Boolean)
            .join(" · ")}
        </p>
      </div>
    </div>
  );
}
