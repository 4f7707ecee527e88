import { useInfiniteQuery, useQuery } from "@tanstack/react-query";
import { Link, useNavigate } from "@tanstack/react-router";
import { Bell, Headset, MessageCircle, Phone, Video } from "lucide-react";
import { useState, type ReactNode } from "react";
import { queries } from "../api/queries";
import type { Person } from "../api/types";
import { StatusPill } from "../agent/AgentControl";
import { useMyAgent } from "../agent/state";
import { CallRow } from "../calls/CallsPage";
import { startCall } from "../calls/actions";
import { useChatNames } from "../chat/names";
import { openDirectChat } from "../chat/open";
import { m } from "../messages";
import { useMay, useMe, usePeople } from "../session/me";
import { choosePresence } from "../shell/presence";
import { PersonAvatar } from "../ui/Avatar";
import { Button, IconButton } from "../ui/Button";
import { SkeletonRows } from "../ui/states";
import { formatShort } from "../ui/time";
import { toastError } from "../ui/toasts";

export function HomePage() {
  const { user } = useMe();
  const may = useMay();
  return (
    <div className="h-full overflow-y-auto">
      <div className="mx-auto max-w-5xl p-4 md:p-8">
        <h1 className="text-2xl font-semibold tracking-tight text-balance">{m.home.greeting(new Date().getHours(), user.display_name.split(" ")[0] ?? "")}</h1>
        <p className="mt-1 mb-6 text-soft max-md:hidden">{m.home.tip}</p>
        <NotificationHint />
        <div className="grid grid-cols-[minmax(0,1fr)] items-start gap-4 max-md:mt-4 lg:grid-cols-2">
          <Work />
          {may("chat:use") && <Unread />}
          <Team />
          {may("call:use") && <Recent />}
        </div>
      </div>
    </div>
  );
}

function Card({ title, more, children }: { title: string; more?: ReactNode; children: ReactNode }) {
  return (
    <section aria-label={title} className="rounded-2xl border border-line bg-surface p-2">
      <header className="flex items-center px-2.5 pt-1.5 pb-2">
        <h2 className="grow font-semibold">{title}</h2>
        <span className="text-sm text-accent-text">{more}</span>
      </header>
      {children}
    </section>
  );
}

const Note = ({ children }: { children: ReactNode }) => <p className="px-2.5 pb-3 text-soft">{children}</p>;

/** What routing has in store for an agent. */
function Work() {
  const agent = useMyAgent();
  const { presence } = useMe().user;
  const stats = useQuery({ ...queries.queueStats, enabled: !!agent && agent.queues.length > 0 });
  const queues = useQuery({ ...queries.queues, enabled: !!agent && agent.queues.length > 0 });
  if (!agent || agent.queues.length === 0) return null;
  const on = presence.primary === "on_queue";
  return (
    <Card title={m.home.work} more={<Link to="/inbox">{m.nav.conversations}</Link>}>
      <div className="flex items-center gap-3 px-2.5 pb-3">
        <span className="flex size-9 items-center justify-center rounded-full bg-queue-soft text-queue-text">
          <Headset aria-hidden className="size-4.5" />
        </span>
        <StatusPill status={agent.status} since={agent.since} />
        {!on && (
          <Button size="small" look="primary" className="ml-auto" onClick={() => void choosePresence({ primary: "on_queue", message: presence.message }).catch(toastError)}>
            {m.agent.goOn}
          </Button>
        )}
      </div>
      <ul className="px-2.5 pb-2">
        {agent.queues.map((id) => (
          <li key={id} className="flex justify-between border-t border-line py-2">
            <span>{queues.data?.find((queue) => queue.id === id)?.name ?? "…"}</span>
            <span className="tabular text-soft">{m.agent.waitingFor(stats.data?.find((each) => each.queue === id)?.waiting ?? 0)}</span>
          </li>
        ))}
      </ul>
    </Card>
  );
}

function Unread() {
  const chats = useQuery(queries.chats);
  const name = useChatNames();
  const unread = (chats.data ?? []).filter((chat) => chat.unread > 0);
  return (
    <Card title={m.home.unread} more={<Link to="/chat">{m.home.all}</Link>}>
      {chats.isPending ? (
        <SkeletonRows count={2} />
      ) : unread.length === 0 ? (
        <Note>{m.home.noUnread}</Note>
      ) : (
        <ul>
          {unread.slice(0, 5).map((chat) => (
            <li key={chat.id}>
              <Link to="/chat/$chat" params={{ chat: chat.id }} className="flex items-center gap-3 rounded-xl px-2.5 py-2 hover:bg-hover">
                <MessageCircle aria-hidden className="size-4.5 shrink-0 text-faint" />
                <span className="min-w-0 grow">
                  <span className="block truncate font-medium">{name(chat)}</span>
                  <span className="block truncate text-sm text-soft">{chat.last_message?.text}</span>
                </span>
                <span className="shrink-0 text-xs text-faint">{chat.last_message && formatShort(chat.last_message.at)}</span>
                <span className="min-w-5 rounded-full bg-accent px-1.5 text-center text-xs leading-5 font-semibold text-on-accent">{chat.unread}</span>
              </Link>
            </li>
          ))}
        </ul>
      )}
    </Card>
  );
}

function Team() {
  const me = useMe().user.id;
  const query = useQuery(queries.people);
  const there = usePeople().filter((person) => person.id !== me && person.presence.primary !== "offline");
  return (
    <Card title={m.home.team} more={<Link to="/people">{m.home.all}</Link>}>
      {query.isPending ? (
        <SkeletonRows count={3} />
      ) : there.length === 0 ? (
        <Note>{m.home.nobody}</Note>
      ) : (
        <ul>
          {there.slice(0, 6).map((person) => (
            <li key={person.id}>
              <Teammate person={person} />
            </li>
          ))}
        </ul>
      )}
    </Card>
  );
}

function Teammate({ person }: { person: Person }) {
  const may = useMay();
  const navigate = useNavigate();
  const write = () => openDirectChat(person.id).then((chat) => navigate({ to: "/chat/$chat", params: { chat } }), toastError);
  return (
    <div className="flex items-center gap-1 rounded-xl pr-1.5 hover:bg-hover">
      <Link to="/people/$person" params={{ person: person.id }} className="flex min-w-0 grow items-center gap-3 rounded-xl px-2.5 py-2">
        <PersonAvatar person={person} />
        <span className="min-w-0">
          <span className="block truncate font-medium">{person.display_name}</span>
          <span className="block truncate text-sm text-soft">{m.presence.describe(person.presence)}</span>
        </span>
      </Link>
      {may("chat:use") && (
        <IconButton label={`${m.people.write}: ${person.display_name}`} onClick={() => void write()}>
          <MessageCircle className="size-4.5" />
        </IconButton>
      )}
      {may("call:use") && (
        <>
          <IconButton label={`${m.people.call}: ${person.display_name}`} onClick={() => void startCall({ kind: "user", user: person.id }, false)}>
            <Phone className="size-4" />
          </IconButton>
          <IconButton label={`${m.people.video}: ${person.display_name}`} onClick={() => void startCall({ kind: "user", user: person.id }, true)}>
            <Video className="size-4.5" />
          </IconButton>
        </>
      )}
    </div>
  );
}

function Recent() {
  const history = useInfiniteQuery(queries.callHistory);
  const calls = history.data?.pages.flatMap((page) => page.items) ?? [];
  return (
    <Card title={m.home.recent} more={<Link to="/calls">{m.home.all}</Link>}>
      {history.isPending ? (
        <SkeletonRows count={3} />
      ) : calls.length === 0 ? (
        <Note>{m.home.noCalls}</Note>
      ) : (
        calls.slice(0, 5).map((call) => <CallRow key={call.id} call={call} />)
      )}
    </Card>
  );
}

/** Asks once for the right to announce calls, at a click and not out of the blue. */
function NotificationHint() {
  const [permission, setPermission] = useState("Notification" in window ? Notification.permission : "denied");
  if (permission !== "default") return null;
  return (
    <div className="mb-4 flex flex-wrap items-center gap-x-3 gap-y-2 rounded-2xl bg-selected px-4 py-2.5">
      <Bell aria-hidden className="size-4.5 text-accent-text" />
      <p className="grow">{m.calls.allowNotices}</p>
      <Button size="small" onClick={() => void Notification.requestPermission().then(setPermission)}>
        {m.calls.allow}
      </Button>
    </div>
  );
}
