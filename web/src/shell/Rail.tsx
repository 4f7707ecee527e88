import { Link, useRouterState } from "@tanstack/react-router";
import { useQuery } from "@tanstack/react-query";
import { Gauge, House, Inbox, MessageCircle, Phone, ServerCog, Settings, ShieldUser, Users } from "lucide-react";
import type { ComponentType } from "react";
import { queries } from "../api/queries";
import { useMyAgent } from "../agent/state";
import { m } from "../messages";
import { useMay } from "../session/me";
import { cx } from "../ui/cx";

interface Place {
  to: "/" | "/chat" | "/people" | "/calls" | "/inbox" | "/queues" | "/operations" | "/admin" | "/settings";
  label: string;
  icon: ComponentType<{ className?: string }>;
  badge?: number;
  badgeLabel?: string;
  /** Has room in the bar of a phone. */
  phone: boolean;
}

export function usePlaces(): Place[] {
  const may = useMay();
  const { data: chats } = useQuery({ ...queries.chats, enabled: may("chat:use") });
  const agent = useMyAgent();
  const unread = chats?.reduce((sum, chat) => sum + chat.unread, 0) ?? 0;
  const supervises = may("queue:supervise");
  const places: (Place | false)[] = [
    { to: "/", label: m.nav.home, icon: House, phone: true },
    may("chat:use") && { to: "/chat", label: m.nav.chat, icon: MessageCircle, badge: unread, badgeLabel: m.nav.unread(unread), phone: true },
    may("people:read") && { to: "/people", label: m.nav.people, icon: Users, phone: true },
    may("call:use") && { to: "/calls", label: m.nav.calls, icon: Phone, phone: true },
    !!agent && agent.queues.length + agent.conversations.length > 0 && { to: "/inbox", label: m.nav.conversations, icon: Inbox, phone: !supervises },
    supervises && { to: "/queues", label: m.nav.queues, icon: Gauge, phone: true },
    (may("node:view") || may("job:manage")) && { to: "/operations", label: m.nav.operations, icon: ServerCog, phone: false },
    (may("people:write") || may("role:write") || may("client:read") || may("webhook:manage") || may("signin:manage") || may("phone:write") || may("trunk:manage") || may("audit:read")) && { to: "/admin", label: m.nav.admin, icon: ShieldUser, phone: false },
    { to: "/settings", label: m.nav.settings, icon: Settings, phone: false },
  ];
  return places.filter((place) => place !== false);
}

const useIsHere = (): ((to: Place["to"]) => boolean) => {
  const path = useRouterState({ select: (state) => state.location.pathname });
  return (to) => (to === "/" ? path === "/" : path === to || path.startsWith(`${to}/`));
};

export function Rail() {
  const places = usePlaces();
  const isHere = useIsHere();
  return (
    <nav aria-label={m.nav.label} className="row-span-2 hidden flex-col items-center gap-0.5 px-0.5 pt-1 pb-3 md:flex">
      {places.map((place) => (
        <RailLink key={place.to} place={place} here={isHere(place.to)} className={cx("w-full py-2", place.to === "/settings" && "mt-auto")} />
      ))}
    </nav>
  );
}

export function TabBar() {
  const places = usePlaces();
  const isHere = useIsHere();
  return (
    <nav
      aria-label={m.nav.label}
      className="flex border-t border-line bg-surface px-1 pt-1 pb-[max(0.25rem,env(safe-area-inset-bottom))] md:hidden"
    >
      {places
        .filter((place) => place.phone)
        .map((place) => (
          <RailLink key={place.to} place={place} here={isHere(place.to)} className="min-w-0 flex-1 py-1" />
        ))}
    </nav>
  );
}

function RailLink({ place, here, className }: { place: Place; here: boolean; className: string }) {
  const Icon = place.icon;
  return (
    <Link
      to={place.to}
      aria-current={here ? "page" : undefined}
      data-testid={`nav-${place.to.slice(1) || "home"}`}
      className={cx(
        "relative flex flex-col items-center gap-0.5 rounded-xl text-[0.6875rem] transition-colors",
        here ? "font-semibold text-accent-text" : "text-soft hover:text-text",
        className,
      )}
    >
      <span className={cx("relative flex h-8 w-12 items-center justify-center rounded-lg transition-colors", here ? "bg-selected" : "group-hover:bg-hover")}>
        <Icon className="size-5" />
        {!!place.badge && (
          <span
            aria-label={place.badgeLabel}
            role="img"
            className="absolute -top-0.5 right-1 min-w-4.5 rounded-full bg-bad px-1 text-center text-[0.625rem] leading-4.5 font-semibold text-white"
          >
            {place.badge > 99 ? "99+" : place.badge}
          </span>
        )}
      </span>
      <span className="max-w-full truncate">{place.label}</span>
    </Link>
  );
}
