import { useInfiniteQuery } from "@tanstack/react-query";
import { Link, useSearch } from "@tanstack/react-router";
import { Delete, History, Phone, PhoneIncoming, PhoneMissed, PhoneOutgoing, Settings2, Video } from "lucide-react";
import { useCallback, useState, type FormEvent } from "react";
import { queries } from "../api/queries";
import type { Call } from "../api/types";
import { m } from "../messages";
import { dialable, matches } from "../people/search";
import { DevicePickers } from "../settings/DevicePickers";
import { useMe, usePeople } from "../session/me";
import { PersonAvatar } from "../ui/Avatar";
import { Button, IconButton } from "../ui/Button";
import { cx } from "../ui/cx";
import { Dialog, DialogHeader } from "../ui/Dialog";
import { inputClass } from "../ui/fields";
import { Empty, Failure, SkeletonRows } from "../ui/states";
import { formatShort } from "../ui/time";
import { startCall } from "./actions";
import { describeCall } from "./CallRecord";
import { Keypad } from "./Keypad";
import { directionOf, nameOf, others, partyName } from "./model";
import { beep } from "./sound";

export function CallsPage() {
  return (
    <div className="flex h-full flex-col overflow-y-auto md:flex-row md:overflow-hidden">
      <section aria-label={m.calls.keypad} className="shrink-0 border-line p-4 md:w-80 md:overflow-y-auto md:border-r md:p-5">
        <DialPad />
      </section>
      <section aria-label={m.calls.history} className="min-w-0 grow md:overflow-y-auto">
        <CallHistory />
      </section>
    </div>
  );
}

function DialPad() {
  const { number = "" } = useSearch({ from: "/signed-in/calls" });
  const [text, setText] = useState(number);
  const [devices, setDevices] = useState(false);
  const people = usePeople();
  const me = useMe().user.id;
  const target = dialable(text);
  const found = text.trim() && !target ? people.filter((person) => person.id !== me && matches(person, text)).slice(0, 4) : [];
  const extension = people.find((person) => person.extension !== null && person.extension === target);
  const press = useCallback((key: string) => {
    beep(key);
    setText((now) => now + key);
  }, []);

  function submit(event: FormEvent) {
    event.preventDefault();
    if (target) void startCall({ kind: "number", number: target }, false);
    else if (found[0]) void startCall({ kind: "user", user: found[0].id }, false);
  }
  return (
    <form onSubmit={submit} className="mx-auto flex max-w-72 flex-col gap-3">
      <div className="flex items-center">
        <h1 className="grow text-lg font-semibold">{m.calls.title}</h1>
        <IconButton label={m.settings.devices} onClick={() => setDevices(true)} data-testid="devices-open">
          <Settings2 className="size-4.5" />
        </IconButton>
      </div>
      <div className="relative">
        <input
          value={text}
          aria-label={m.calls.number}
          placeholder={m.calls.number}
          inputMode="text"
          autoComplete="off"
          spellCheck={false}
          data-testid="dial-number"
          onChange={(event) => setText(event.target.value)}
          className={cx(inputClass, "tabular h-12 pr-10 text-center text-xl placeholder:text-base")}
        />
        {text && (
          <IconButton label={m.calls.backspace} className="absolute top-1.5 right-1.5" onClick={() => setText(text.slice(0, -1))}>
            <Delete className="size-4.5" />
          </IconButton>
        )}
      </div>
      <p className="-mt-1.5 min-h-5 text-center text-sm text-soft">{extension ? extension.display_name : text ? "" : m.calls.numberHint}</p>
      {found.length > 0 && (
        <ul className="-mt-4">
          {found.map((person) => (
            <li key={person.id} className="flex items-center gap-2 rounded-lg px-1.5 py-1 hover:bg-hover">
              <PersonAvatar person={person} size="small" />
              <span className="grow truncate">{person.display_name}</span>
              <IconButton label={`${m.people.call}: ${person.display_name}`} onClick={() => void startCall({ kind: "user", user: person.id }, false)}>
                <Phone className="size-4" />
              </IconButton>
              <IconButton label={`${m.people.video}: ${person.display_name}`} onClick={() => void startCall({ kind: "user", user: person.id }, true)}>
                <Video className="size-4" />
              </IconButton>
            </li>
          ))}
        </ul>
      )}
      <Keypad press={press} testId="dial" large />
      <Button type="submit" look="good" size="large" disabled={!target && !found[0]} icon={<Phone className="size-5" />} data-testid="dial-call">
        {m.calls.dial}
      </Button>
      <Dialog open={devices} onClose={() => setDevices(false)} label={m.settings.devices}>
        <DialogHeader title={m.settings.devices} onClose={() => setDevices(false)} />
        <div className="max-h-[70vh] overflow-y-auto p-5">
          <DevicePickers />
        </div>
      </Dialog>
    </form>
  );
}

function CallHistory() {
  const history = useInfiniteQuery(queries.callHistory);
  const calls = history.data?.pages.flatMap((page) => page.items) ?? [];
  return (
    <>
      <h2 className="flex h-14 items-center px-5 text-lg font-semibold">{m.calls.history}</h2>
      {history.isPending && <SkeletonRows />}
      {history.isError && <Failure error={history.error} retry={() => void history.refetch()} />}
      {history.isSuccess && calls.length === 0 && (
        <Empty icon={<History />} title={m.calls.noHistory}>
          {m.calls.noHistoryHint}
        </Empty>
      )}
      <ul className="px-2 pb-4">
        {calls.map((call) => (
          <li key={call.id}>
            <CallRow call={call} />
          </li>
        ))}
      </ul>
      {history.hasNextPage && (
        <div className="flex justify-center pb-6">
          <Button busy={history.isFetchingNextPage} onClick={() => void history.fetchNextPage()}>
            {m.agent.recent}
          </Button>
        </div>
      )}
    </>
  );
}

const icons = { outgoing: PhoneOutgoing, incoming: PhoneIncoming, missed: PhoneMissed, others: Phone };

export function CallRow({ call }: { call: Call }) {
  const people = usePeople();
  const me = useMe().user.id;
  const direction = directionOf(call, me);
  const Icon = icons[direction];
  const far = others(call, me)[0];
  const name =
    direction === "others"
      ? others(call, me)
          .map((leg) => nameOf(leg, people) || m.calls.unknown)
          .join(" – ")
      : partyName(call, me, people, m.calls.unknown);
  const target = direction !== "others" && far && (far.user ? ({ kind: "user", user: far.user } as const) : ({ kind: "number", number: far.caller ? far.address : call.dialled } as const));
  return (
    <div className="group flex items-center gap-1 rounded-xl pr-2 hover:bg-hover">
      <Link to="/calls/$call" params={{ call: call.id }} data-testid="history-row" className="flex min-w-0 grow items-center gap-3 rounded-xl px-3 py-2">
        <Icon aria-hidden className={cx("size-4.5 shrink-0", direction === "missed" ? "text-bad-text" : "text-faint")} />
        <span className="min-w-0 grow">
          <span className={cx("block truncate font-medium", direction === "missed" && "text-bad-text")}>{name}</span>
          <span className="tabular block truncate text-sm text-soft">
            {describeCall(call, me)}
            {call.video && ` · ${m.people.video}`}
            {call.conversation && ` · ${m.calls.queueCall}`}
          </span>
        </span>
        <time dateTime={call.started_at} className="shrink-0 text-sm text-faint">
          {formatShort(call.started_at)}
        </time>
      </Link>
      {target && (
        <IconButton label={`${m.calls.again}: ${name}`} onClick={() => void startCall(target, false)}>
          <Phone className="size-4" />
        </IconButton>
      )}
    </div>
  );
}
