import { Link, useRouterState } from "@tanstack/react-router";
import { Maximize2, MonitorSmartphone } from "lucide-react";
import { m } from "../messages";
import { useMe, usePeople } from "../session/me";
import { Avatar, PersonAvatar } from "../ui/Avatar";
import { cx } from "../ui/cx";
import { CallControls } from "./CallControls";
import { CallPhase } from "./CallPhase";
import { others, partyName } from "./model";
import { useMyCalls, type MyCall } from "./state";

/** One's calls, wherever one goes. The page of a call or its conversation has the controls itself. */
export function CallBar() {
  const { here, elsewhere } = useMyCalls();
  const path = useRouterState({ select: (state) => state.location.pathname });
  const shown = here.filter(({ call }) => path !== `/calls/${call.id}` && path !== `/inbox/${call.conversation}`);
  if (shown.length === 0 && elsewhere.length === 0) return <div className="md:col-start-2" />;
  return (
    <section aria-label={m.calls.inCall} className="flex flex-col border-t border-line bg-raised md:col-start-2 md:border-l" data-testid="call-bar">
      {shown.map((each) => (
        <Bar key={each.call.id} {...each} />
      ))}
      {elsewhere.map(({ call }) => (
        <ElsewhereBar key={call.id} call={call} />
      ))}
    </section>
  );
}

function Bar({ call, leg }: MyCall) {
  const people = usePeople();
  const me = useMe().user.id;
  const name = partyName(call, me, people, m.calls.unknown);
  const person = people.find((each) => each.id === others(call, me)[0]?.user);
  const to = call.conversation ? "/inbox/$conversation" : "/calls/$call";
  return (
    <div className={cx("flex items-center gap-2 px-3 py-1.5 md:px-4", leg.state === "holding" && "bg-warn-soft")} data-testid="call-bar-call" data-call={call.id}>
      <Link
        to={to}
        params={{ call: call.id, conversation: call.conversation ?? "" }}
        className="flex min-w-0 grow items-center gap-3 rounded-lg py-1"
        title={m.calls.open}
      >
        {person ? <PersonAvatar person={person} size="small" /> : <Avatar name={name} size="small" />}
        <span className="min-w-0">
          <span className="block truncate font-semibold">{name}</span>
          <CallPhase call={call} leg={leg} className="block truncate text-sm text-soft" />
        </span>
        <Maximize2 aria-hidden className="ml-1 hidden size-3.5 shrink-0 text-faint sm:block" />
      </Link>
      <CallControls call={call} leg={leg} compact few />
    </div>
  );
}

function ElsewhereBar({ call }: { call: MyCall["call"] }) {
  const people = usePeople();
  const me = useMe().user.id;
  return (
    <Link to="/calls/$call" params={{ call: call.id }} className="flex items-center gap-3 px-4 py-2 text-soft">
      <MonitorSmartphone aria-hidden className="size-4" />
      <span className="truncate">
        {partyName(call, me, people, m.calls.unknown)} · {m.calls.elsewhere}
      </span>
    </Link>
  );
}
