import { useId, type ReactNode } from "react";

/** A framed part of a page, named by its heading. */
export function Card({ title, hint, action, children, testId }: { title: string; hint?: string; action?: ReactNode; children: ReactNode; testId?: string }) {
  const id = useId();
  return (
    <section aria-labelledby={id} data-testid={testId} className="rounded-2xl border border-line p-5">
      <div className="mb-4 flex flex-wrap items-start justify-between gap-x-4 gap-y-2">
        <div className="min-w-0 grow basis-60">
          <h2 id={id} className="font-semibold">
            {title}
          </h2>
          {hint && <p className="text-sm text-soft">{hint}</p>}
        </div>
        {action}
      </div>
      {children}
    </section>
  );
}
