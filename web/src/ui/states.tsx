import { CloudOff, RotateCw } from "lucide-react";
import type { ReactNode } from "react";
import { Problem } from "../api/client";
import { m } from "../messages";
import { Button } from "./Button";
import { cx } from "./cx";

/** Where there is nothing yet: what would be here and how to get it. */
export function Empty({ icon, title, children, action }: { icon: ReactNode; title: string; children?: ReactNode; action?: ReactNode }) {
  return (
    <div className="flex h-full min-h-48 flex-col items-center justify-center gap-2 p-8 text-center">
      <span aria-hidden className="mb-1 flex size-12 items-center justify-center rounded-2xl bg-hover text-faint [&_svg]:size-6">
        {icon}
      </span>
      <h2 className="text-lg font-semibold text-balance">{title}</h2>
      {children && <p className="max-w-sm text-balance text-soft">{children}</p>}
      {action && <div className="mt-2">{action}</div>}
    </div>
  );
}

export function Failure({ error, retry }: { error: unknown; retry?: () => void }) {
  return (
    <div role="alert">
      <Empty
        icon={<CloudOff />}
        title={m.failure.title}
        action={
          retry && (
            <Button icon={<RotateCw className="size-4" />} onClick={retry}>
              {m.retry}
            </Button>
          )
        }
      >
        {describe(error)}
      </Empty>
    </div>
  );
}

/** An error in words somebody can act on. */
export function describe(error: unknown): string {
  if (error instanceof Problem) {
    if (error.status === 0) return m.failure.unreachable;
    if (error.status === 403) return m.failure.forbidden;
    if (error.status >= 500) return m.failure.server;
    return error.message;
  }
  return error instanceof Error ? error.message : m.failure.unknown;
}

export const Skeleton = ({ className }: { className?: string }) => (
  <span aria-hidden className={cx("block animate-pulse-soft rounded-md bg-hover", className)} />
);

/** Rows of a list that loads. */
export function SkeletonRows({ count = 6 }: { count?: number }) {
  return (
    <div role="status" aria-label={m.loading} className="flex flex-col">
      {Array.from({ length: count }, (_, row) => (
        <div key={row} className="flex items-center gap-3 px-3 py-2.5">
          <Skeleton className="size-9 rounded-full" />
          <div className="flex grow flex-col gap-1.5">
            <Skeleton className={cx("h-3", row % 3 === 0 ? "w-1/2" : "w-2/3")} />
            <Skeleton className="h-2.5 w-4/5" />
          </div>
        </div>
      ))}
    </div>
  );
}
