import type { ChatId, UserId } from "../api/types";
import { createStore } from "../store";

/** How long one typing signal counts. */
const SHOWN_MS = 4_000;

/** Who types where. */
export const typing = createStore<ReadonlyMap<ChatId, readonly UserId[]>>(new Map());

const timers = new Map<string, ReturnType<typeof setTimeout>>();

export function noteTyping(chat: ChatId, user: UserId): void {
  const key = `${chat}/${user}`;
  clearTimeout(timers.get(key));
  timers.set(key, setTimeout(() => stopTyping(chat, user), SHOWN_MS));
  typing.set((now) => {
    const there = now.get(chat) ?? [];
    return there.includes(user) ? now : new Map(now).set(chat, [...there, user]);
  });
}

/** Their message came, or the time is over. */
export function stopTyping(chat: ChatId, user: UserId): void {
  const key = `${chat}/${user}`;
  clearTimeout(timers.get(key));
  timers.delete(key);
  typing.set((now) => {
    const there = now.get(chat);
    if (!there?.includes(user)) return now;
    const rest = there.filter((each) => each !== user);
    const next = new Map(now);
    if (rest.length > 0) next.set(chat, rest);
    else next.delete(chat);
    return next;
  });
}
