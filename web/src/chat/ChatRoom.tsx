import { useQuery } from "@tanstack/react-query";
import { Link, useParams } from "@tanstack/react-router";
import { MessageCircleOff, Phone, Users, Video } from "lucide-react";
import { queries } from "../api/queries";
import type { Chat } from "../api/types";
import { startCall } from "../calls/actions";
import { m } from "../messages";
import { useMay, useMe, usePerson } from "../session/me";
import { DetailHeader } from "../shell/ListDetail";
import { PersonAvatar } from "../ui/Avatar";
import { IconButton } from "../ui/Button";
import { Empty, Failure, Skeleton } from "../ui/states";
import { Composer } from "./Composer";
import { otherOf, useChatNames } from "./names";
import { TimelineView } from "./TimelineView";

export function ChatRoom() {
  const { chat: id } = useParams({ from: "/signed-in/chat/$chat" });
  const chats = useQuery(queries.chats);
  const chat = chats.data?.find((each) => each.id === id);
  if (chats.isError) return <Failure error={chats.error} retry={() => void chats.refetch()} />;
  if (chats.isPending) return <Skeleton className="m-6 h-24" />;
  if (!chat) return <Empty icon={<MessageCircleOff />} title={m.failure.notFound}>{m.failure.notFoundHint}</Empty>;
  return <Room key={id} chat={chat} />;
}

function Room({ chat }: { chat: Chat }) {
  const name = useChatNames()(chat);
  const me = useMe().user.id;
  const may = useMay();
  const other = usePerson(chat.kind === "direct" ? otherOf(chat, me) : null);
  const call = (video: boolean) => other && void startCall({ kind: "user", user: other.id }, video);
  return (
    <section aria-label={name} className="flex h-full min-w-0 flex-col">
      <DetailHeader back="/chat">
        {other ? <PersonAvatar person={other} size="small" /> : <Users aria-hidden className="size-5 text-soft" />}
        <div className="min-w-0 grow leading-tight">
          <h2 className="truncate font-semibold">
            {other ? (
              <Link to="/people/$person" params={{ person: other.id }} className="hover:underline">
                {name}
              </Link>
            ) : (
              name
            )}
          </h2>
          <p className="truncate text-sm text-soft">{other ? m.presence.describe(other.presence) : m.people.count(chat.members.length)}</p>
        </div>
        {other && may("call:use") && (
          <>
            <IconButton label={m.people.call} data-testid="chat-call" onClick={() => call(false)}>
              <Phone className="size-4.5" />
            </IconButton>
            <IconButton label={m.people.video} data-testid="chat-video" onClick={() => call(true)}>
              <Video className="size-5" />
            </IconButton>
          </>
        )}
      </DetailHeader>
      <TimelineView chat={chat} name={name} />
      <Composer chat={chat} name={name} />
    </section>
  );
}
