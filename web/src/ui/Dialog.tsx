import { X } from "lucide-react";
import { useEffect, useRef, type ReactNode } from "react";
import { m } from "../messages";
import { IconButton } from "./Button";
import { cx } from "./cx";

interface Props {
  open: boolean;
  onClose: () => void;
  label: string;
  /** `drawer` comes from the side, `top` hangs below the upper edge. */
  shape?: "centre" | "drawer" | "top";
  children: ReactNode;
  className?: string;
}

const shapes = {
  centre: "m-auto w-[min(30rem,calc(100vw-2rem))] rounded-2xl",
  top: "mx-auto mt-[10vh] mb-auto w-[min(38rem,calc(100vw-1.5rem))] rounded-2xl",
  drawer: "my-0 mr-0 ml-auto h-dvh max-h-dvh w-[min(28rem,100vw)] rounded-none border-y-0 border-r-0",
};

/** A modal window on the browser's own `dialog`: it keeps the focus inside, closes with Escape and gives the focus back. */
export function Dialog({ open, onClose, label, shape = "centre", children, className }: Props) {
  const ref = useRef<HTMLDialogElement>(null);
  useEffect(() => {
    const dialog = ref.current;
    if (!open || !dialog) return;
    const before = document.activeElement;
    if (!dialog.open) dialog.showModal();
    return () => {
      // A dialog that is taken out of the page, rather than closed, leaves the focus nowhere.
      if (document.activeElement === document.body && before instanceof HTMLElement) before.focus();
    };
  }, [open]);
  if (!open) return null;
  return (
    // A click on the backdrop reaches the dialog itself. Escape is handled here too: a menu that is just closing may have taken the
    // browser's own handling away.
    // oxlint-disable-next-line jsx-a11y/no-noninteractive-element-interactions
    <dialog
      ref={ref}
      aria-label={label}
      onClose={onClose}
      onKeyDown={(event) => event.key === "Escape" && onClose()}
      onClick={(click) => click.target === ref.current && onClose()}
      className={cx("animate-rise overflow-hidden border border-line bg-raised p-0 shadow-float", shapes[shape], className)}
    >
      {children}
    </dialog>
  );
}

export function DialogHeader({ title, onClose, children }: { title: string; onClose: () => void; children?: ReactNode }) {
  return (
    <header className="flex items-center gap-3 border-b border-line px-5 py-3.5">
      <h2 className="grow text-lg font-semibold">{title}</h2>
      {children}
      <IconButton label={m.close} size="small" onClick={onClose}>
        <X className="size-4" />
      </IconButton>
    </header>
  );
}
