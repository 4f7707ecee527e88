import { Link } from "@tanstack/react-router";
import { useState } from "react";
import { m } from "../messages";
import { useMe } from "../session/me";
import { signOut } from "../session/session";
import { chooseTheme, theme, type Theme } from "../shell/theme";
import { useStore } from "../store";
import { PersonAvatar } from "../ui/Avatar";
import { Button } from "../ui/Button";
import { Card } from "../ui/Card";
import { cx } from "../ui/cx";
import { DevicePickers } from "./DevicePickers";

const THEMES: readonly Theme[] = ["system", "light", "dark"];

export function SettingsPage() {
  const { user, org } = useMe();
  const chosen = useStore(theme);
  return (
    <div className="h-full overflow-y-auto">
      <div className="mx-auto flex max-w-2xl flex-col gap-5 p-4 md:p-8">
        <h1 className="text-2xl font-semibold tracking-tight">{m.settings.title}</h1>
        <Card title={m.settings.account}>
          <div className="flex flex-wrap items-center gap-3">
            <PersonAvatar person={user} />
            <div className="min-w-0 grow">
              <p className="truncate font-medium">{user.display_name}</p>
              <p className="truncate text-sm text-soft">
                {user.name} · {org.name}
              </p>
            </div>
            <Button onClick={() => void signOut()}>{m.signIn.out}</Button>
          </div>
        </Card>
        <Card title={m.settings.security}>
          <div className="flex flex-wrap items-center justify-between gap-3">
            <p className="min-w-0 grow basis-60 text-soft">{m.settings.securityHint}</p>
            <Link
              to="/settings/security"
              data-testid="settings-security"
              className="inline-flex h-9 items-center rounded-lg border border-line bg-raised px-3.5 font-medium shadow-card hover:bg-hover"
            >
              {m.settings.securityOpen}
              <span className="sr-only"> {m.settings.security}</span>
            </Link>
          </div>
        </Card>
        <Card title={m.theme.label}>
          <div role="radiogroup" aria-label={m.theme.label} className="flex gap-2">
            {THEMES.map((each) => (
              <label
                key={each}
                className={cx(
                  "flex h-10 flex-1 cursor-pointer items-center justify-center rounded-lg border has-focus-visible:outline-2 has-focus-visible:outline-offset-2 has-focus-visible:outline-accent-text",
                  chosen === each ? "border-accent bg-selected font-medium text-accent-text" : "border-line hover:bg-hover",
                )}
              >
                <input type="radio" name="theme" className="sr-only" checked={chosen === each} onChange={() => chooseTheme(each)} />
                {m.theme[each]}
              </label>
            ))}
          </div>
        </Card>
        <Card title={m.settings.notifications}>
          <Notifications />
        </Card>
        <Card title={m.settings.devices}>
          <DevicePickers />
        </Card>
      </div>
    </div>
  );
}

function Notifications() {
  const [permission, setPermission] = useState("Notification" in window ? Notification.permission : "denied");
  if (permission === "granted") return <p className="text-soft">{m.settings.notificationsOn}</p>;
  if (permission === "denied") return <p className="text-soft">{m.settings.notificationsBlocked}</p>;
  return (
    <div className="flex flex-wrap items-center justify-between gap-3">
      <p className="text-soft">{m.settings.notificationsOff}</p>
      <Button look="primary" onClick={() => void Notification.requestPermission().then(setPermission)}>
        {m.calls.allow}
      </Button>
    </div>
  );
}
