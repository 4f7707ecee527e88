import { useRouterState } from "@tanstack/react-router";
import { useEffect } from "react";
import { m } from "../messages";
import { createStore, useStore } from "../store";
import { usePlaces } from "./Rail";

/** What asks for attention in the title, in turns with the page's own: a call that rings. */
export const titleAlert = createStore<string | null>(null);

/** Keeps the window's title: where one is, and how much is unread. */
export function usePageTitle(): void {
  const path = useRouterState({ select: (state) => state.location.pathname });
  const places = usePlaces();
  const alert = useStore(titleAlert);
  const here = places.findLast(({ to }) => path === to || (to !== "/" && path.startsWith(`${to}/`)));
  const unread = places.reduce((sum, place) => sum + (place.badge ?? 0), 0);
  const title = `${unread > 0 ? `(${unread}) ` : ""}${here ? `${here.label} · ` : ""}${m.app}`;
  useEffect(() => {
    document.title = alert ?? title;
    if (!alert) return;
    const timer = setInterval(() => (document.title = document.title === alert ? title : alert), 1_000);
    return () => clearInterval(timer);
  }, [title, alert]);
}
