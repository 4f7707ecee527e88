import { useEffect, useState } from "react";
import { createStore, useStore } from "../store";

/** The wall clock, once a second while anybody looks at it. */
const clock = createStore(Date.now());
let watchers = 0;
let timer: ReturnType<typeof setInterval> | undefined;

export function useNow(): number {
  useEffect(() => {
    if (watchers++ === 0) {
      clock.set(Date.now());
      timer = setInterval(() => clock.set(Date.now()), 1_000);
    }
    return () => {
      if (--watchers === 0) clearInterval(timer);
    };
  }, []);
  return useStore(clock);
}

/** `m:ss` or `h:mm:ss`. */
export function formatDuration(ms: number): string {
  const total = Math.max(0, Math.floor(ms / 1_000));
  const [h, min, s] = [Math.floor(total / 3_600), Math.floor(total / 60) % 60, total % 60];
  const two = (value: number) => String(value).padStart(2, "0");
  return h > 0 ? `${h}:${two(min)}:${two(s)}` : `${min}:${two(s)}`;
}

/** How long since `since`, counting. */
export function Elapsed({ since, className }: { since: string; className?: string }) {
  const now = useNow();
  return <span className={`tabular ${className ?? ""}`}>{formatDuration(now - Date.parse(since))}</span>;
}

const timeFormat = new Intl.DateTimeFormat(undefined, { hour: "2-digit", minute: "2-digit" });
const dayFormat = new Intl.DateTimeFormat(undefined, { weekday: "long", day: "numeric", month: "long" });
const shortDayFormat = new Intl.DateTimeFormat(undefined, { day: "numeric", month: "short" });
const weekdayFormat = new Intl.DateTimeFormat(undefined, { weekday: "short" });
const fullFormat = new Intl.DateTimeFormat(undefined, { dateStyle: "medium", timeStyle: "medium" });
const relativeDay = new Intl.RelativeTimeFormat(undefined, { numeric: "auto" });

const DAY_MS = 86_400_000;

const dayStart = (at: number): number => new Date(at).setHours(0, 0, 0, 0);
const daysAgo = (at: number, now = Date.now()): number => Math.round((dayStart(now) - dayStart(at)) / DAY_MS);

export const formatTime = (at: number | string): string => timeFormat.format(new Date(at));
export const formatFull = (at: number | string): string => fullFormat.format(new Date(at));

/** "Today", "Yesterday", else the date. */
export function formatDay(at: number): string {
  const days = daysAgo(at);
  if (days < 0 || days > 1) return dayFormat.format(at);
  const text = relativeDay.format(-days, "day");
  return text.charAt(0).toLocaleUpperCase() + text.slice(1);
}

/** The time today, the weekday this week, else the date: for lists. */
export function formatShort(at: number | string): string {
  const time = typeof at === "string" ? Date.parse(at) : at;
  const days = daysAgo(time);
  if (days === 0) return formatTime(time);
  return days < 7 ? weekdayFormat.format(time) : shortDayFormat.format(time);
}

/** Counts down to `until`; 0 once it has passed. Finer than a second, for rings that shrink. */
export function useCountdown(until: number, stepMs = 250): number {
  const [left, setLeft] = useState(() => Math.max(0, until - Date.now()));
  useEffect(() => {
    const update = () => setLeft(Math.max(0, until - Date.now()));
    update();
    const timer = setInterval(update, stepMs);
    return () => clearInterval(timer);
  }, [until, stepMs]);
  return left;
}
