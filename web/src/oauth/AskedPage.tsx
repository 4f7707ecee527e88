import { useEffect, type ReactNode } from "react";
import { m } from "../messages";

/** A page with one thing to decide on it. */
export function AskedPage({ title, children, testId }: { title: string; children: ReactNode; testId: string }) {
  useEffect(() => {
    document.title = `${title} · ${m.app}`;
  }, [title]);
  return (
    <main className="grid min-h-full place-items-center p-4" data-testid={testId}>
      <div className="flex w-full max-w-md flex-col gap-4 rounded-2xl border border-line bg-surface p-6 shadow-card">
        <div className="flex items-center gap-3">
          <img src="/icon.svg" alt="" className="size-9" />
          <p className="text-lg font-semibold">{m.app}</p>
        </div>
        <h1 className="text-xl font-semibold text-balance break-words">{title}</h1>
        {children}
      </div>
    </main>
  );
}
