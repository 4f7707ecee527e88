import { useCallback } from "react";
import type { Chat, Person } from "../api/types";
import { m } from "../messages";
import { useMe, usePeople } from "../session/me";

/** The other one in a direct chat. */
export const otherOf = (chat: Chat, me: string): string => chat.members.find((member) => member !== me) ?? me;

export function chatName(chat: Chat, people: readonly Person[], me: string): string {
  const name = (id: string) => people.find((person) => person.id === id)?.display_name ?? m.unknownPerson;
  if (chat.kind === "direct") return name(otherOf(chat, me));
  return chat.title ?? m.list(chat.members.filter((member) => member !== me).map(name));
}

export function useChatNames(): (chat: Chat) => string {
  const people = usePeople();
  const me = useMe().user.id;
  return useCallback((chat) => chatName(chat, people, me), [people, me]);
}
