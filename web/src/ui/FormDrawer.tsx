import { useEffect, useRef, type FormEvent, type ReactNode } from "react";
import { Dialog, DialogHeader } from "./Dialog";

interface Props {
  heading: string;
  close: () => void;
  onSubmit: (event: FormEvent<HTMLFormElement>) => void;
  /** What the server refused, where fields say so: the first of those is where one goes on. */
  refused?: unknown;
  /** What there is to do with it; nothing where it is only shown. */
  footer: ReactNode;
  children: ReactNode;
  testId: string;
}

/** A form that comes from the side: what is written in it scrolls between its heading and what there is to do. */
export function FormDrawer({ heading, close, onSubmit, refused, footer, children, testId }: Props) {
  const form = useRef<HTMLFormElement>(null);
  useEffect(() => {
    if (refused) form.current?.querySelector<HTMLElement>("[aria-invalid]")?.focus();
  }, [refused]);
  return (
    <Dialog open onClose={close} label={heading} shape="drawer">
      <form ref={form} noValidate onSubmit={onSubmit} className="flex h-full flex-col" data-testid={testId}>
        <DialogHeader title={heading} onClose={close} />
        {/* A region that scrolls is reached by keyboard too. */}
        {/* oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex */}
        <div tabIndex={0} role="region" aria-label={heading} className="flex min-h-0 grow flex-col gap-4 overflow-y-auto p-5 -outline-offset-2">
          {children}
        </div>
        {footer && <footer className="flex flex-wrap justify-end gap-2 border-t border-line px-5 py-3.5">{footer}</footer>}
      </form>
    </Dialog>
  );
}
