import { useEffect } from "react";
import { queryClient } from "../api/queries";
import type { Chat, Message } from "../api/types";
import { connectionState } from "../session/live";
import { useStore } from "../store";
import { patchChat } from "./events";
import { markRead } from "./sending";
import { withRead } from "./unread";

/** Moves the read mark to the newest message while it is in sight of somebody. */
export function useReadMark(chat: Chat, newest: Message | undefined, inSight: boolean): void {
  const live = useStore(connectionState).kind === "live";
  const seq = newest?.seq ?? 0;
  const { id, read_seq } = chat;
  useEffect(() => {
    if (!inSight || !live || seq <= read_seq) return;
    const mark = () => {
      if (document.visibilityState !== "visible" || !document.hasFocus()) return;
      patchChat(queryClient, id, (each) => withRead(each, seq));
      markRead(id, seq).catch(() => undefined);
    };
    mark();
    document.addEventListener("visibilitychange", mark);
    window.addEventListener("focus", mark);
    return () => {
      document.removeEventListener("visibilitychange", mark);
      window.removeEventListener("focus", mark);
    };
  }, [id, seq, read_seq, inSight, live]);
}
