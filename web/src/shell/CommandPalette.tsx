import { useQuery } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { ArrowRight, LogOut, Moon, Phone, PhoneCall, Search, Sun, Video } from "lucide-react";
import { useEffect, useId, useMemo, useRef, useState, type KeyboardEvent, type ReactNode } from "react";
import { queries } from "../api/queries";
import { startCall } from "../calls/actions";
import { useChatNames } from "../chat/names";
import { openDirectChat } from "../chat/open";
import { m } from "../messages";
import { dialable, matches } from "../people/search";
import { useMay, useMe, usePeople } from "../session/me";
import { signOut } from "../session/session";
import { useStore } from "../store";
import { PersonAvatar } from "../ui/Avatar";
import { cx } from "../ui/cx";
import { Dialog } from "../ui/Dialog";
import { toastError } from "../ui/toasts";
import { openPalette, paletteOpen } from "./palette";
import { usePlaces } from "./Rail";
import { chooseTheme } from "./theme";

interface Command {
  key: string;
  group: string;
  label: string;
  hint?: string;
  icon: ReactNode;
  run: () => void;
  /** Further ways to act on it, on the right. */
  extras?: { label: string; icon: ReactNode; run: () => void }[];
}

export function CommandPalette() {
  const open = useStore(paletteOpen);
  useEffect(() => {
    const onKey = (event: globalThis.KeyboardEvent) => {
      if ((event.ctrlKey || event.metaKey) && !event.shiftKey && !event.altKey && event.key.toLowerCase() === "k") {
        event.preventDefault();
        openPalette();
      }
    };
    window.addEventListener("keydown", onKey);
    return () => window.removeEventListener("keydown", onKey);
  }, []);
  const close = () => paletteOpen.set(false);
  return (
    <Dialog open={open} onClose={close} label={m.palette.label} shape="top">
      <Finder close={close} />
    </Dialog>
  );
}

function Finder({ close }: { close: () => void }) {
  const [text, setText] = useState("");
  const [at, setAt] = useState(0);
  const commands = useCommands(text.trim());
  const list = useRef<HTMLDivElement>(null);
  const id = useId();
  const chosen = commands[Math.min(at, commands.length - 1)];

  useEffect(() => {
    list.current?.querySelector('[aria-selected="true"]')?.scrollIntoView({ block: "nearest" });
  }, [at, text]);

  const run = (action: () => void) => {
    close();
    action();
  };
  function onKeyDown(event: KeyboardEvent) {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step !== undefined && commands.length > 0) {
      event.preventDefault();
      setAt((Math.min(at, commands.length - 1) + step + commands.length) % commands.length);
    } else if (event.key === "Enter" && chosen && !event.nativeEvent.isComposing) {
      event.preventDefault();
      run((event.shiftKey && chosen.extras?.[0]?.run) || chosen.run);
    }
  }

  return (
    <div data-testid="palette">
      <div className="flex items-center gap-3 border-b border-line px-4">
        <Search aria-hidden className="size-4.5 shrink-0 text-faint" />
        <input
          // The palette is opened to type into it.
          // oxlint-disable-next-line jsx-a11y/no-autofocus
          autoFocus
          role="combobox"
          aria-expanded
          aria-controls={`${id}-list`}
          aria-activedescendant={chosen && `${id}-${chosen.key}`}
          aria-label={m.palette.label}
          placeholder={m.palette.placeholder}
          value={text}
          spellCheck={false}
          onChange={(event) => {
            setText(event.target.value);
            setAt(0);
          }}
          onKeyDown={onKeyDown}
          className="h-13 w-full min-w-0 bg-transparent text-lg outline-none"
        />
      </div>
      <div ref={list} id={`${id}-list`} role="listbox" aria-label={m.palette.label} className="max-h-[min(26rem,60vh)] overflow-y-auto p-1.5">
        {commands.length === 0 && <p className="px-3 py-6 text-center text-soft">{m.palette.nothing}</p>}
        {commands.map((command, index) => (
          <div key={command.key} role="presentation">
            {command.group !== commands[index - 1]?.group && (
              <p role="presentation" className="px-2.5 pt-2 pb-1 text-xs font-medium text-faint">
                {command.group}
              </p>
            )}
            {/* The text field keeps the focus and handles the keyboard. */}
            {/* oxlint-disable-next-line jsx-a11y/click-events-have-key-events, jsx-a11y/interactive-supports-focus */}
            <div
              id={`${id}-${command.key}`}
              role="option"
              aria-selected={command === chosen}
              onPointerMove={() => setAt(index)}
              onClick={() => run(command.run)}
              className={cx("flex min-h-10 items-center gap-3 rounded-lg px-2.5", command === chosen && "bg-hover")}
            >
              <span className="flex w-6 shrink-0 justify-center text-faint">{command.icon}</span>
              <span className="min-w-0 grow truncate">{command.label}</span>
              {command.hint && <span className="shrink-0 truncate text-sm text-faint">{command.hint}</span>}
              {/* For the pointer only; the keyboard has Shift Enter, and the person's page has buttons. */}
              {command.extras?.map((extra) => (
                // oxlint-disable-next-line jsx-a11y/click-events-have-key-events, jsx-a11y/no-static-element-interactions
                <span
                  key={extra.label}
                  aria-hidden
                  title={extra.label}
                  onClick={(event) => {
                    event.stopPropagation();
                    run(extra.run);
                  }}
                  className="flex size-7 shrink-0 items-center justify-center rounded-md text-soft hover:bg-selected hover:text-text"
                >
                  {extra.icon}
                </span>
              ))}
            </div>
          </div>
        ))}
      </div>
      {chosen?.extras && <p className="border-t border-line px-4 py-2 text-xs text-faint">{m.palette.hint}</p>}
    </div>
  );
}

function useCommands(text: string): Command[] {
  const navigate = useNavigate();
  const people = usePeople();
  const me = useMe();
  const may = useMay();
  const places = usePlaces();
  const { data: chats = [] } = useQuery({ ...queries.chats, enabled: may("chat:use") });
  const chatName = useChatNames();

  return useMemo(() => {
    const commands: Command[] = [];
    const number = dialable(text);
    if (number && may("call:use")) {
      commands.push({
        key: "dial",
        group: m.palette.actions,
        label: m.palette.call(number),
        icon: <Phone className="size-4" />,
        run: () => void startCall({ kind: "number", number }, false),
      });
    }
    const others = people.filter((person) => person.id !== me.user.id && matches(person, text));
    for (const person of others.slice(0, text ? 7 : 5)) {
      const call = (video: boolean) => () => void startCall({ kind: "user", user: person.id }, video);
      commands.push({
        key: `person-${person.id}`,
        group: m.palette.people,
        label: person.display_name,
        hint: person.extension ?? undefined,
        icon: <PersonAvatar person={person} size="tiny" />,
        run: () =>
          void (may("chat:use")
            ? openDirectChat(person.id).then((chat) => navigate({ to: "/chat/$chat", params: { chat } }), toastError)
            : navigate({ to: "/people/$person", params: { person: person.id } })),
        extras: may("call:use")
          ? [
              { label: `${m.people.call}: ${person.display_name}`, icon: <PhoneCall className="size-4" />, run: call(false) },
              { label: `${m.people.video}: ${person.display_name}`, icon: <Video className="size-4" />, run: call(true) },
            ]
          : undefined,
      });
    }
    const groups = chats.filter((chat) => chat.kind === "group" && chatName(chat).toLowerCase().includes(text.toLowerCase()));
    for (const chat of groups.slice(0, 4)) {
      commands.push({
        key: `chat-${chat.id}`,
        group: m.palette.chats,
        label: chatName(chat),
        icon: <ArrowRight className="size-4" />,
        run: () => void navigate({ to: "/chat/$chat", params: { chat: chat.id } }),
      });
    }
    const fits = (label: string) => label.toLowerCase().includes(text.toLowerCase());
    for (const { to, label, icon: Icon } of places) {
      if (fits(label)) commands.push({ key: `go-${to}`, group: m.palette.goTo, label, icon: <Icon className="size-4" />, run: () => void navigate({ to }) });
    }
    const actions: Command[] = [
      { key: "light", group: m.palette.actions, label: `${m.theme.label}: ${m.theme.light}`, icon: <Sun className="size-4" />, run: () => chooseTheme("light") },
      { key: "dark", group: m.palette.actions, label: `${m.theme.label}: ${m.theme.dark}`, icon: <Moon className="size-4" />, run: () => chooseTheme("dark") },
      { key: "out", group: m.palette.actions, label: m.signIn.out, icon: <LogOut className="size-4" />, run: () => void signOut() },
    ];
    commands.push(...actions.filter((action) => text && fits(action.label)));
    return commands;
  }, [text, people, me, may, places, chats, chatName, navigate]);
}
