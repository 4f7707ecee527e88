import { useNavigate } from "@tanstack/react-router";
import { Check, LogOut, Monitor, Moon, Sun } from "lucide-react";
import { Popover } from "radix-ui";
import { useState, type FormEvent, type ReactNode } from "react";
import type { Presence } from "../api/types";
import { m } from "../messages";
import { useMe } from "../session/me";
import { signOut } from "../session/session";
import { useStore } from "../store";
import { PersonAvatar, PresenceDot } from "../ui/Avatar";
import { Button } from "../ui/Button";
import { cx } from "../ui/cx";
import { inputClass } from "../ui/fields";
import { toastError } from "../ui/toasts";
import { choosePresence } from "./presence";
import { usePlaces } from "./Rail";
import { chooseTheme, theme, type Theme } from "./theme";

const CHOICES: readonly Presence[] = ["available", "busy", "away", "break", "meal", "meeting", "training"];
const THEMES: readonly [Theme, typeof Sun][] = [
  ["system", Monitor],
  ["light", Sun],
  ["dark", Moon],
];

/** One's own presence, its message, the theme and the way out. */
export function PresenceMenu() {
  const [open, setOpen] = useState(false);
  const { user } = useMe();
  const navigate = useNavigate();
  const places = usePlaces();
  const { presence } = user;
  const choose = (primary: Presence) => {
    setOpen(false);
    choosePresence({ primary, message: presence.message }).catch(toastError);
  };
  return (
    <Popover.Root open={open} onOpenChange={setOpen}>
      <Popover.Trigger asChild>
        <button type="button" title={m.presence.menu} data-testid="presence-menu" className="rounded-full">
          <span className="sr-only">{m.presence.menu}</span>
          <PersonAvatar person={user} size="small" />
        </button>
      </Popover.Trigger>
      <Popover.Portal>
        <Popover.Content
          align="end"
          sideOffset={6}
          collisionPadding={8}
          aria-label={m.presence.menu}
          className="z-50 max-h-(--radix-popover-content-available-height) w-72 animate-rise overflow-y-auto rounded-xl border border-line bg-raised p-1 shadow-float"
        >
          <div className="flex items-center gap-3 px-2.5 pt-2 pb-1.5">
            <PersonAvatar person={user} />
            <div className="min-w-0">
              <p className="truncate font-semibold">{user.display_name}</p>
              <p className="truncate text-sm text-soft">{m.presence.describe(presence)}</p>
            </div>
          </div>
          <StatusMessage done={() => setOpen(false)} />
          <p className="px-2.5 pt-1.5 pb-1 text-xs font-medium text-faint">{m.presence.choose}</p>
          <div role="group" aria-label={m.presence.choose}>
            {CHOICES.map((primary) => (
              <Item
                key={primary}
                testId={`presence-${primary}`}
                chosen={presence.primary === primary}
                icon={<PresenceDot presence={{ primary, message: null, activity: null, since: "" }} plain />}
                onClick={() => choose(primary)}
              >
                {m.presence.primaries[primary]}
              </Item>
            ))}
          </div>
          <Line />
          <ThemeSwitch />
          <Line />
          {/* What has no room in the bar of a phone. */}
          {places
            .filter((place) => !place.phone)
            .map(({ to, label, icon: Icon }) => (
              <Item
                key={to}
                testId={`menu-${to.slice(1)}`}
                icon={<Icon className="size-4" />}
                onClick={() => {
                  setOpen(false);
                  void navigate({ to });
                }}
              >
                {label}
              </Item>
            ))}
          <Item icon={<LogOut className="size-4" />} testId="sign-out" onClick={() => void signOut()}>
            {m.signIn.out}
          </Item>
        </Popover.Content>
      </Popover.Portal>
    </Popover.Root>
  );
}

const Line = () => <div className="my-1 h-px bg-line" />;

interface ItemProps {
  icon: ReactNode;
  onClick: () => void;
  children: ReactNode;
  testId?: string;
  chosen?: boolean;
}

const Item = ({ icon, onClick, children, testId, chosen }: ItemProps) => (
  <button
    type="button"
    aria-pressed={chosen}
    data-testid={testId}
    onClick={onClick}
    className="flex min-h-8 w-full items-center gap-2.5 rounded-lg px-2.5 py-1.5 text-left -outline-offset-2 hover:bg-hover"
  >
    <span className="flex w-4 shrink-0 justify-center text-faint">{icon}</span>
    <span className="grow">{children}</span>
    {chosen && <Check aria-hidden className="size-4 text-faint" />}
  </button>
);

function ThemeSwitch() {
  const shown = useStore(theme);
  return (
    <div role="group" aria-label={m.theme.label} className="flex items-center justify-between px-2.5 py-1">
      <span className="text-xs font-medium text-faint">{m.theme.label}</span>
      <span className="flex gap-0.5">
        {THEMES.map(([value, Icon]) => (
          <button
            key={value}
            type="button"
            aria-label={m.theme[value]}
            aria-pressed={shown === value}
            title={m.theme[value]}
            onClick={() => chooseTheme(value)}
            className={cx("flex size-7 items-center justify-center rounded-md hover:bg-hover", shown === value ? "bg-selected text-accent-text" : "text-soft")}
          >
            <Icon className="size-4" />
          </button>
        ))}
      </span>
    </div>
  );
}

function StatusMessage({ done }: { done: () => void }) {
  const { presence } = useMe().user;
  const [text, setText] = useState(presence.message ?? "");
  const primary = presence.primary === "idle" || presence.primary === "offline" ? "available" : presence.primary;
  function submit(event: FormEvent) {
    event.preventDefault();
    done();
    choosePresence({ primary, message: text.trim() || null }).catch(toastError);
  }
  const changed = text.trim() !== (presence.message ?? "");
  return (
    <form onSubmit={submit} className="flex gap-1.5 px-2.5 py-1.5">
      <input
        value={text}
        maxLength={120}
        aria-label={m.presence.message}
        placeholder={m.presence.messagePlaceholder}
        data-testid="presence-message"
        onChange={(event) => setText(event.target.value)}
        className={cx(inputClass, "h-8 px-2.5")}
      />
      {changed && (
        <Button type="submit" look="primary" size="small" className="h-8">
          {text.trim() ? m.presence.set : m.presence.clear}
        </Button>
      )}
    </form>
  );
}
