import { CircleAlert, CircleCheck, Info, X } from "lucide-react";
import { m } from "../messages";
import { createStore, useStore } from "../store";
import { IconButton } from "./Button";
import { cx } from "./cx";
import { describe } from "./states";

interface Toast {
  id: number;
  kind: "info" | "good" | "bad";
  text: string;
}

const SHOWN_MS = 6_000;
const toasts = createStore<readonly Toast[]>([]);
let nextId = 1;

export function toast(text: string, kind: Toast["kind"] = "info"): void {
  const id = nextId++;
  // The same again replaces itself, so that a failing button does not build a wall.
  toasts.set((all) => [...all.filter((each) => each.text !== text).slice(-3), { id, kind, text }]);
  setTimeout(() => dismiss(id), kind === "bad" ? SHOWN_MS * 1.5 : SHOWN_MS);
}

/** For `catch`: tells what went wrong. */
export const toastError = (error: unknown): void => toast(describe(error), "bad");

const dismiss = (id: number): void => toasts.set((all) => all.filter((each) => each.id !== id));

const icons = {
  info: <Info className="size-4 text-accent-text" />,
  good: <CircleCheck className="size-4 text-good-text" />,
  bad: <CircleAlert className="size-4 text-bad-text" />,
};

export function Toasts() {
  const all = useStore(toasts);
  return (
    <section
      aria-label={m.notices}
      aria-live="polite"
      className="pointer-events-none fixed inset-x-0 bottom-20 z-40 flex flex-col items-center gap-2 px-4 md:bottom-6"
    >
      {all.map(({ id, kind, text }) => (
        <div
          key={id}
          role={kind === "bad" ? "alert" : undefined}
          data-testid="toast"
          className={cx(
            "pointer-events-auto flex max-w-md animate-rise items-center gap-2.5 rounded-xl border bg-raised py-2 pr-2 pl-3.5 shadow-float",
            kind === "bad" ? "border-bad/50" : "border-line",
          )}
        >
          {icons[kind]}
          <span className="grow">{text}</span>
          <IconButton label={m.dismiss} size="small" onClick={() => dismiss(id)}>
            <X className="size-3.5" />
          </IconButton>
        </div>
      ))}
    </section>
  );
}
