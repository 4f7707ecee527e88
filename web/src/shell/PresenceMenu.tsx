import { useNavigate } from "@tanstack/react-router";
import { Check, LogOut, Monitor, Moon, Settings, Sun } from "lucide-react";
import { DropdownMenu } from "radix-ui";
import { useState, type FormEvent } from "react";
import type { Presence } from "../api/types";
import { m } from "../messages";
import { useMe } from "../session/me";
import { signOut } from "../session/session";
import { useStore } from "../store";
import { PersonAvatar, PresenceDot } from "../ui/Avatar";
import { Button } from "../ui/Button";
import { cx } from "../ui/cx";
import { inputClass } from "../ui/fields";
import { Menu, MenuItem, MenuLabel, MenuLine } from "../ui/Menu";
import { toastError } from "../ui/toasts";
import { choosePresence } from "./presence";
import { chooseTheme, theme, type Theme } from "./theme";

const CHOICES: readonly Presence[] = ["available", "busy", "away", "break", "meal", "meeting", "training"];
const THEMES: readonly [Theme, typeof Sun][] = [
  ["system", Monitor],
  ["light", Sun],
  ["dark", Moon],
];

export function PresenceMenu() {
  const { user } = useMe();
  const navigate = useNavigate();
  const shown = useStore(theme);
  const { presence } = user;
  const choose = (primary: Presence) => choosePresence({ primary, message: presence.message }).catch(toastError);
  return (
    <Menu
      className="w-72"
      trigger={
        <button type="button" aria-label={m.presence.menu} data-testid="presence-menu" className="rounded-full">
          <PersonAvatar person={user} size="small" />
        </button>
      }
    >
      <div className="flex items-center gap-3 px-2.5 pt-2 pb-1.5">
        <PersonAvatar person={user} />
        <div className="min-w-0">
          <p className="truncate font-semibold">{user.display_name}</p>
          <p className="truncate text-sm text-soft">{m.presence.describe(presence)}</p>
        </div>
      </div>
      <StatusMessage />
      <MenuLabel>{m.presence.choose}</MenuLabel>
      {CHOICES.map((primary) => (
        <MenuItem
          key={primary}
          testId={`presence-${primary}`}
          checked={presence.primary === primary}
          icon={<PresenceDot presence={{ primary, message: null, activity: null, since: "" }} />}
          hint={presence.primary === primary && <Check className="size-4" />}
          onSelect={() => void choose(primary)}
        >
          {m.presence.primaries[primary]}
        </MenuItem>
      ))}
      <MenuLine />
      <div className="flex items-center justify-between px-2.5 py-1">
        <span className="text-xs font-medium text-faint">{m.theme.label}</span>
        <DropdownMenu.RadioGroup value={shown} onValueChange={(value) => chooseTheme(value as Theme)} className="flex gap-0.5">
          {THEMES.map(([value, Icon]) => (
            <DropdownMenu.RadioItem
              key={value}
              value={value}
              aria-label={m.theme[value]}
              title={m.theme[value]}
              onSelect={(event) => event.preventDefault()}
              className={cx(
                "flex size-7 items-center justify-center rounded-md outline-none data-highlighted:bg-hover",
                shown === value ? "bg-selected text-accent-text" : "text-soft",
              )}
            >
              <Icon className="size-4" />
            </DropdownMenu.RadioItem>
          ))}
        </DropdownMenu.RadioGroup>
      </div>
      <MenuLine />
      <MenuItem icon={<Settings className="size-4" />} onSelect={() => void navigate({ to: "/settings" })}>
        {m.nav.settings}
      </MenuItem>
      <MenuItem icon={<LogOut className="size-4" />} testId="sign-out" onSelect={() => void signOut()}>
        {m.signIn.out}
      </MenuItem>
    </Menu>
  );
}

function StatusMessage() {
  const { presence } = useMe().user;
  const [text, setText] = useState(presence.message ?? "");
  const primary = presence.primary === "idle" || presence.primary === "offline" ? "available" : presence.primary;
  function submit(event: FormEvent) {
    event.preventDefault();
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
        onChange={(event) => setText(event.target.value)}
        // The menu would take letters as type-ahead.
        onKeyDown={(event) => event.key !== "Escape" && event.key !== "Tab" && event.stopPropagation()}
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
