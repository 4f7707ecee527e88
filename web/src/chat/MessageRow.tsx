import { Copy, Ellipsis, Pencil, Trash2 } from "lucide-react";
import { useState, type KeyboardEvent } from "react";
import { tandem } from "../api/client";
import type { Message } from "../api/types";
import { m } from "../messages";
import { useMe, usePerson } from "../session/me";
import { Avatar } from "../ui/Avatar";
import { Button, IconButton } from "../ui/Button";
import { cx } from "../ui/cx";
import { Dialog } from "../ui/Dialog";
import { Menu, MenuItem } from "../ui/Menu";
import { formatFull, formatTime } from "../ui/time";
import { toast, toastError } from "../ui/toasts";
import { putMessage } from "./live";
import { RichText } from "./RichText";

export function MessageRow({ message, follows }: { message: Message; follows: boolean }) {
  const author = usePerson(message.author);
  const me = useMe().user.id;
  const [editing, setEditing] = useState(false);
  const [removing, setRemoving] = useState(false);
  const name = author?.display_name ?? m.unknownPerson;
  return (
    <article
      data-testid="message"
      data-seq={message.seq}
      aria-label={`${name}, ${formatFull(message.at)}`}
      className={cx("group relative flex gap-3 px-5 hover:bg-sunken", follows ? "py-0.5" : "pt-2.5 pb-0.5")}
    >
      <div className="w-9 shrink-0">
        {follows ? (
          <time dateTime={message.at} className="tabular hidden pt-0.5 text-[0.6875rem] text-faint group-hover:inline">
            {formatTime(message.at)}
          </time>
        ) : (
          <Avatar name={name} />
        )}
      </div>
      <div className="min-w-0 grow">
        {!follows && (
          <p className="flex items-baseline gap-2">
            <span className="font-semibold">{name}</span>
            <time dateTime={message.at} title={formatFull(message.at)} className="tabular text-xs text-faint">
              {formatTime(message.at)}
            </time>
          </p>
        )}
        {editing ? (
          <Editor
            text={message.text}
            cancel={() => setEditing(false)}
            save={(text) => {
              setEditing(false);
              tandem.chats.messages.edit(message.chat, message.id, { text }).then(putMessage, toastError);
            }}
          />
        ) : message.deleted ? (
          <p className="text-faint italic">{m.chat.deleted}</p>
        ) : (
          <p className="break-words whitespace-pre-wrap">
            <RichText text={message.text} />
            {message.edited_at && (
              <span title={formatFull(message.edited_at)} className="ml-1.5 text-xs text-faint">
                ({m.chat.edited})
              </span>
            )}
          </p>
        )}
      </div>
      {!message.deleted && !editing && (
        <Menu
          trigger={
            <IconButton
              label={m.chat.actions}
              size="small"
              look="plain"
              className="absolute -top-1 right-4 opacity-0 group-hover:opacity-100 focus-visible:opacity-100 data-[state=open]:opacity-100 pointer-coarse:opacity-100"
            >
              <Ellipsis className="size-4" />
            </IconButton>
          }
        >
          <MenuItem
            icon={<Copy className="size-4" />}
            onSelect={() => void navigator.clipboard?.writeText(message.text).then(() => toast(m.chat.copied, "good"))}
          >
            {m.chat.copy}
          </MenuItem>
          {message.author === me && (
            <>
              <MenuItem icon={<Pencil className="size-4" />} testId="message-edit" onSelect={() => setEditing(true)}>
                {m.chat.edit}
              </MenuItem>
              <MenuItem icon={<Trash2 className="size-4" />} testId="message-delete" bad onSelect={() => setRemoving(true)}>
                {m.chat.remove}
              </MenuItem>
            </>
          )}
        </Menu>
      )}
      <Dialog open={removing} label={m.chat.removeTitle} onClose={() => setRemoving(false)}>
        <div className="flex flex-col gap-2 p-5">
          <h2 className="text-lg font-semibold">{m.chat.removeTitle}</h2>
          <p className="text-soft">{m.chat.removeHint}</p>
          <div className="mt-3 flex justify-end gap-2">
            <Button onClick={() => setRemoving(false)}>{m.cancel}</Button>
            <Button
              look="bad"
              data-testid="message-delete-confirm"
              onClick={() => {
                setRemoving(false);
                tandem.chats.messages.remove(message.chat, message.id).then(() => putMessage({ ...message, text: "", deleted: true }), toastError);
              }}
            >
              {m.chat.remove}
            </Button>
          </div>
        </div>
      </Dialog>
    </article>
  );
}

function Editor({ text, save, cancel }: { text: string; save: (text: string) => void; cancel: () => void }) {
  const [value, setValue] = useState(text);
  function onKeyDown(event: KeyboardEvent) {
    if (event.nativeEvent.isComposing) return;
    if (event.key === "Escape") {
      event.stopPropagation();
      cancel();
    } else if (event.key === "Enter" && !event.shiftKey) {
      event.preventDefault();
      const trimmed = value.trim();
      if (trimmed && trimmed !== text) save(trimmed);
      else cancel();
    }
  }
  return (
    <div className="py-1">
      <textarea
        // Editing was asked for a moment ago.
        // oxlint-disable-next-line jsx-a11y/no-autofocus
        autoFocus
        value={value}
        aria-label={m.chat.edit}
        data-testid="message-editor"
        onChange={(event) => setValue(event.target.value)}
        onKeyDown={onKeyDown}
        className="max-h-48 min-h-9 w-full resize-none rounded-lg border border-accent bg-surface px-2.5 py-1.5 [field-sizing:content]"
      />
      <p className="text-xs text-soft">{m.chat.editing}</p>
    </div>
  );
}
