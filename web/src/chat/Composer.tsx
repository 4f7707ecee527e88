import { SendHorizontal } from "lucide-react";
import { useEffect, useLayoutEffect, useRef, useState, type KeyboardEvent } from "react";
import type { Chat, ChatId } from "../api/types";
import { m } from "../messages";
import { useMe, usePeople } from "../session/me";
import { useStore } from "../store";
import { IconButton } from "../ui/Button";
import { sendMessage, tellTyping } from "./sending";
import { typing } from "./typing";

const MESSAGE_CHARS = 16_000;

/** What was begun in each chat and not sent. */
const drafts = new Map<ChatId, string>();

const isTouch = matchMedia("(pointer: coarse)").matches;

export function Composer({ chat, name }: { chat: Chat; name: string }) {
  const [text, setText] = useState(drafts.get(chat.id) ?? "");
  const area = useRef<HTMLTextAreaElement>(null);
  const over = [...text].length - MESSAGE_CHARS;

  // As high as what is in it; where `field-sizing` is known the browser does it alone.
  useLayoutEffect(() => {
    const { current } = area;
    if (!current || CSS.supports("field-sizing", "content")) return;
    current.style.height = "0";
    current.style.height = `${current.scrollHeight}px`;
  }, [text]);

  // On a phone the keyboard would cover what one came to read.
  useEffect(() => {
    if (!isTouch) area.current?.focus();
  }, []);

  function change(value: string) {
    setText(value);
    drafts.set(chat.id, value);
    if (value) tellTyping(chat.id);
  }
  function send() {
    const trimmed = text.trim();
    if (!trimmed || over > 0) return;
    sendMessage(chat.id, trimmed);
    setText("");
    drafts.delete(chat.id);
    area.current?.focus();
  }
  function onKeyDown(event: KeyboardEvent) {
    // Enter while an input method composes picks a word.
    if (event.key !== "Enter" || event.shiftKey || event.nativeEvent.isComposing) return;
    event.preventDefault();
    send();
  }

  return (
    <div className="shrink-0 px-3 pb-3 md:px-5 md:pb-4">
      <TypingLine chat={chat} />
      <div className="flex items-end gap-1 rounded-2xl border border-line-strong/60 bg-raised p-1.5 shadow-card focus-within:border-accent">
        <textarea
          ref={area}
          rows={1}
          value={text}
          enterKeyHint="send"
          aria-label={m.chat.compose(name)}
          aria-describedby={over > 0 ? "composer-over" : undefined}
          title={m.chat.hint}
          placeholder={m.chat.compose(name)}
          data-testid="composer"
          onChange={(event) => change(event.target.value)}
          onKeyDown={onKeyDown}
          className="max-h-48 min-h-9 min-w-0 grow resize-none bg-transparent px-2.5 py-2 outline-none [field-sizing:content]"
        />
        <IconButton label={m.chat.send} look="primary" data-testid="composer-send" disabled={!text.trim() || over > 0} onClick={send} className="rounded-xl">
          <SendHorizontal className="size-4.5" />
        </IconButton>
      </div>
      {over > 0 && (
        <p id="composer-over" role="alert" className="pt-1 text-sm text-bad-text">
          {m.chat.tooLong(over)}
        </p>
      )}
    </div>
  );
}

function TypingLine({ chat }: { chat: Chat }) {
  const people = usePeople();
  const me = useMe().user.id;
  const who = (useStore(typing).get(chat.id) ?? []).filter((id) => id !== me);
  const names = who.map((id) => people.find((person) => person.id === id)?.display_name ?? m.unknownPerson);
  return (
    <p data-testid="typing" className="h-5 truncate px-2 text-xs leading-5 text-soft">
      {names.length > 0 && m.chat.types(names)}
    </p>
  );
}
