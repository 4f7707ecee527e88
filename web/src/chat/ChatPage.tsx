import { useQuery } from "@tanstack/react-query";
import { Link, useMatch, useNavigate } from "@tanstack/react-router";
import { MessageCircle, MessagesSquare, SquarePen, Users } from "lucide-react";
import { useMemo, useState } from "react";
import { queries } from "../api/queries";
import type { Chat, Message } from "../api/types";
import { m } from "../messages";
import { ListDetail, ListHeader } from "../shell/ListDetail";
import { useMe, usePeople } from "../session/me";
import { useStore } from "../store";
import { Avatar, PersonAvatar } from "../ui/Avatar";
import { Button, IconButton } from "../ui/Button";
import { cx } from "../ui/cx";
import { Dialog, DialogHeader } from "../ui/Dialog";
import { inputClass } from "../ui/fields";
import { Empty, Failure, SkeletonRows } from "../ui/states";
import { formatShort } from "../ui/time";
import { toastError } from "../ui/toasts";
import { matches } from "../people/search";
import { chatName, otherOf } from "./names";
import { openDirectChat } from "./open";
import { typing } from "./typing";

export function ChatPage() {
  const match = useMatch({ from: "/signed-in/chat/$chat", shouldThrow: false });
  const chosen = match?.params.chat;
  return <ListDetail label={m.chat.title} chosen={!!chosen} list={<ChatList chosen={chosen} />} />;
}

export const NoChat = () => (
  <Empty icon={<MessagesSquare />} title={m.chat.pick}>
    {m.chat.pickHint}
  </Empty>
);

function ChatList({ chosen }: { chosen: string | undefined }) {
  const [picking, setPicking] = useState(false);
  const chats = useQuery(queries.chats);
  const sorted = useMemo(() => (chats.data ?? []).toSorted((a, b) => activity(b).localeCompare(activity(a))), [chats.data]);
  const start = (
    <Button look="primary" icon={<SquarePen className="size-4" />} onClick={() => setPicking(true)}>
      {m.chat.start}
    </Button>
  );
  return (
    <>
      <ListHeader title={m.chat.title}>
        <IconButton label={m.chat.start} data-testid="chat-new" onClick={() => setPicking(true)}>
          <SquarePen className="size-4.5" />
        </IconButton>
      </ListHeader>
      <div className="min-h-0 grow overflow-y-auto px-2 pb-3">
        {chats.isPending && <SkeletonRows />}
        {chats.isError && <Failure error={chats.error} retry={() => void chats.refetch()} />}
        {chats.data?.length === 0 && (
          <Empty icon={<MessageCircle />} title={m.chat.empty} action={start}>
            {m.chat.emptyHint}
          </Empty>
        )}
        <ul>
          {sorted.map((chat) => (
            <li key={chat.id}>
              <ChatRow chat={chat} here={chat.id === chosen} />
            </li>
          ))}
        </ul>
      </div>
      <PersonPicker open={picking} close={() => setPicking(false)} />
    </>
  );
}

const activity = (chat: Chat): string => chat.last_message?.at ?? chat.created_at;

function ChatRow({ chat, here }: { chat: Chat; here: boolean }) {
  const people = usePeople();
  const me = useMe().user.id;
  const types = useStore(typing).get(chat.id);
  const other = chat.kind === "direct" ? people.find((person) => person.id === otherOf(chat, me)) : undefined;
  const name = chatName(chat, people, me);
  const names = (types ?? []).filter((id) => id !== me).map((id) => people.find((person) => person.id === id)?.display_name ?? m.unknownPerson);
  return (
    <Link
      to="/chat/$chat"
      params={{ chat: chat.id }}
      aria-current={here ? "page" : undefined}
      data-testid="chat-row"
      data-chat={chat.id}
      data-unread={chat.unread}
      className={cx("flex items-center gap-3 rounded-xl px-2.5 py-2", here ? "bg-selected" : "hover:bg-hover")}
    >
      {other ? <PersonAvatar person={other} /> : <GroupAvatar chat={chat} name={name} />}
      <span className="min-w-0 grow">
        <span className="flex items-baseline gap-2">
          <span className={cx("grow truncate", chat.unread > 0 ? "font-semibold" : "font-medium")}>{name}</span>
          <span className="shrink-0 text-xs text-faint">{formatShort(activity(chat))}</span>
        </span>
        <span className="flex items-center gap-2">
          <span className={cx("grow truncate text-sm", names.length > 0 ? "text-accent-text" : chat.unread > 0 ? "text-text" : "text-soft")}>
            {names.length > 0 ? m.chat.types(names) : preview(chat.last_message, me)}
          </span>
          {chat.unread > 0 && (
            <span
              role="img"
              aria-label={m.nav.unread(chat.unread)}
              className="min-w-5 shrink-0 rounded-full bg-accent px-1.5 text-center text-xs leading-5 font-semibold text-on-accent"
            >
              {chat.unread > 99 ? "99+" : chat.unread}
            </span>
          )}
        </span>
      </span>
    </Link>
  );
}

function GroupAvatar({ chat, name }: { chat: Chat; name: string }) {
  return chat.kind === "group" ? (
    <span className="flex size-9 shrink-0 items-center justify-center rounded-full bg-hover text-soft">
      <Users aria-hidden className="size-4.5" />
    </span>
  ) : (
    <Avatar name={name} />
  );
}

function preview(message: Message | null, me: string): string {
  if (!message) return " ";
  if (message.deleted) return m.chat.deleted;
  return message.author === me ? m.chat.yours(message.text) : message.text;
}

function PersonPicker({ open, close }: { open: boolean; close: () => void }) {
  const [text, setText] = useState("");
  const people = usePeople();
  const me = useMe().user.id;
  const navigate = useNavigate();
  const shown = people.filter((person) => person.id !== me && matches(person, text)).slice(0, 50);
  const pick = (id: string) => {
    close();
    openDirectChat(id).then((chat) => navigate({ to: "/chat/$chat", params: { chat } }), toastError);
  };
  return (
    <Dialog open={open} onClose={close} label={m.chat.start} shape="top">
      <DialogHeader title={m.chat.start} onClose={close} />
      <div className="p-3">
        <input
          // The dialog is opened to type into it.
          // oxlint-disable-next-line jsx-a11y/no-autofocus
          autoFocus
          value={text}
          aria-label={m.chat.pickPerson}
          placeholder={m.people.filter}
          onChange={(event) => setText(event.target.value)}
          onKeyDown={(event) => event.key === "Enter" && shown[0] && pick(shown[0].id)}
          className={cx(inputClass, "h-10")}
        />
      </div>
      <ul className="max-h-80 overflow-y-auto px-2 pb-2">
        {shown.map((person) => (
          <li key={person.id}>
            <button
              type="button"
              data-testid={`pick-${person.name}`}
              onClick={() => pick(person.id)}
              className="flex w-full items-center gap-3 rounded-lg px-2.5 py-2 text-left hover:bg-hover"
            >
              <PersonAvatar person={person} size="small" />
              <span className="grow truncate">{person.display_name}</span>
              <span className="text-sm text-faint">{person.title}</span>
            </button>
          </li>
        ))}
      </ul>
      {shown.length === 0 && <p className="px-5 pb-6 text-soft">{m.people.emptyTitle}</p>}
    </Dialog>
  );
}
