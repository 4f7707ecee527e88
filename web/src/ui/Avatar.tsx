import { Phone } from "lucide-react";
import type { Person, PresenceView } from "../api/types";
import { m } from "../messages";
import { cx } from "./cx";

/** Pairs that hold 4.5 : 1 in both themes. */
const tints = ["#3f4fd6", "#0b7285", "#8a3fa8", "#a8441b", "#2b7a3d", "#b02a5b", "#5b5fa8", "#7a5b12"];

const sizes = {
  tiny: "size-6 text-[0.625rem]",
  small: "size-8 text-xs",
  normal: "size-9 text-sm",
  large: "size-16 text-xl",
  huge: "size-24 text-2xl",
};

interface Props {
  name: string;
  size?: keyof typeof sizes;
  presence?: PresenceView | undefined;
}

export function Avatar({ name, size = "normal", presence }: Props) {
  return (
    <span className="relative inline-flex shrink-0">
      <span
        aria-hidden
        style={{ backgroundColor: tints[hash(name) % tints.length] }}
        className={cx("inline-flex items-center justify-center rounded-full font-semibold text-white select-none", sizes[size])}
      >
        {/^[+\d\s()-]+$/.test(name) ? <Phone className="size-[45%]" /> : initials(name)}
      </span>
      {presence && (
        <PresenceDot
          presence={presence}
          className={cx("absolute ring-2 ring-surface", size === "large" || size === "huge" ? "right-0.5 bottom-0.5 size-4" : "-right-0.5 -bottom-0.5 size-3")}
        />
      )}
    </span>
  );
}

export const PersonAvatar = ({ person, size }: { person: Person; size?: Props["size"] }) => (
  <Avatar name={person.display_name} presence={person.presence} size={size} />
);

const dots: Record<PresenceView["primary"], string> = {
  available: "bg-presence-available",
  busy: "bg-presence-busy",
  meeting: "bg-presence-busy",
  training: "bg-presence-busy",
  away: "bg-presence-away",
  break: "bg-presence-away",
  meal: "bg-presence-away",
  idle: "bg-presence-away",
  on_queue: "bg-presence-queue",
  offline: "bg-surface border-2 border-presence-offline",
};

interface DotProps {
  presence: PresenceView;
  className?: string;
  /** Its words stand beside it. */
  plain?: boolean;
}

/** The state by colour and, for those who do not see it, in words. */
export function PresenceDot({ presence, className, plain }: DotProps) {
  const busy = presence.activity === "on_call" && presence.primary !== "offline";
  const words = m.presence.describe(presence);
  return (
    <span
      {...(plain ? { "aria-hidden": true } : { role: "img", "aria-label": words, title: words })}
      data-dot
      data-presence={presence.primary}
      className={cx("inline-block rounded-full", busy ? "bg-presence-busy" : dots[presence.primary], className ?? "size-2.5")}
    />
  );
}

function initials(name: string): string {
  const words = name.split(/\s+/).filter((word) => /[\p{L}\p{N}]/u.test(word));
  const [first, last] = [words[0], words.length > 1 ? words.at(-1) : undefined];
  return `${[...(first ?? "?")][0] ?? ""}${last ? [...last][0] : ""}`.toUpperCase();
}

/** FNV-1a, with its high bits folded in, because only the lowest are used. */
function hash(text: string): number {
  let value = 0x811c9dc5;
  for (const char of text) value = Math.imul(value ^ char.codePointAt(0)!, 0x01000193) >>> 0;
  return (value ^ (value >>> 15)) >>> 0;
}
