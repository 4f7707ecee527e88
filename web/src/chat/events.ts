import type { QueryClient } from "@tanstack/react-query";
import { queries } from "../api/queries";
import type { Chat, ChatId, Event, Me, Message, MessageId } from "../api/types";
import { liveMessages, putMessage } from "./live";
import { outbox } from "./sending";
import { stopTyping } from "./typing";
import { withPosted, withRead } from "./unread";

/** Brings the list of chats and the live messages up to a chat event. */
export function applyChatEvent(client: QueryClient, event: Event): void {
  const me = client.getQueryData<Me>(queries.me.queryKey)?.user.id;
  switch (event.type) {
    case "chat.message.posted": {
      const { message } = event.data as { message: Message };
      putMessage(message);
      stopTyping(message.chat, message.author);
      if (message.author === me) outbox.confirm(message.client_id);
      patchChat(client, message.chat, (chat) => withPosted(chat, message, me));
      break;
    }
    case "chat.message.edited": {
      const { message } = event.data as { message: Message };
      putMessage(message);
      patchChat(client, message.chat, (chat) => withChanged(chat, message));
      break;
    }
    case "chat.message.deleted": {
      const { chat, message } = event.data as { chat: ChatId; message: MessageId };
      const known = liveMessages(chat).get().get(message) ?? cached(client, chat, message);
      if (known) {
        const deleted = { ...known, text: "", deleted: true };
        putMessage(deleted);
        patchChat(client, chat, (each) => withChanged(each, deleted));
      } else void client.invalidateQueries({ queryKey: queries.messages(chat).queryKey });
      break;
    }
    case "chat.read": {
      const { chat, user, seq } = event.data as { chat: ChatId; user: string; seq: number };
      if (user === me) patchChat(client, chat, (each) => withRead(each, seq));
      break;
    }
    default:
      void client.invalidateQueries({ queryKey: queries.chats.queryKey });
  }
}

function withChanged(chat: Chat, message: Message): Chat {
  return chat.last_message?.id === message.id ? { ...chat, last_message: message } : chat;
}

export function patchChat(client: QueryClient, id: ChatId, change: (chat: Chat) => Chat): void {
  const { queryKey } = queries.chats;
  const chats = client.getQueryData<Chat[]>(queryKey);
  const known = chats?.some((chat) => chat.id === id) ?? false;
  if (chats && known) client.setQueryData(queryKey, chats.map((chat) => (chat.id === id ? change(chat) : chat)));
  // Fetched again when the chat is new here, or when the list on its way may have been read before the event.
  if (!known || client.getQueryState(queryKey)?.fetchStatus === "fetching") void client.invalidateQueries({ queryKey });
}

function cached(client: QueryClient, chat: ChatId, message: MessageId): Message | undefined {
  const data = client.getQueryData(queries.messages(chat).queryKey);
  return data?.pages.flatMap((page) => page.items).find((each) => each.id === message);
}
