import { tandem } from "../api/client";
import { queries, queryClient } from "../api/queries";
import type { Chat, ChatId, UserId } from "../api/types";

/** The direct chat with somebody, made when there is none yet. */
export async function openDirectChat(user: UserId): Promise<ChatId> {
  const { queryKey } = queries.chats;
  const known = queryClient.getQueryData<Chat[]>(queryKey)?.find((chat) => chat.kind === "direct" && chat.members.includes(user));
  if (known) return known.id;
  const chat = await tandem.chats.create({ kind: "direct", members: [user] });
  queryClient.setQueryData<Chat[]>(queryKey, (chats) => chats && (chats.some((each) => each.id === chat.id) ? chats : [chat, ...chats]));
  return chat.id;
}
