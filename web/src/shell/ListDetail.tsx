import { Link, Outlet, type LinkProps } from "@tanstack/react-router";
import { ArrowLeft } from "lucide-react";
import type { ReactNode } from "react";
import { m } from "../messages";
import { cx } from "../ui/cx";

/** A list beside what is chosen in it; on a phone the one or the other. */
export function ListDetail({ list, chosen, label }: { list: ReactNode; chosen: boolean; label: string }) {
  return (
    <div className="flex h-full">
      <section
        aria-label={label}
        className={cx("min-h-0 w-full shrink-0 flex-col border-line md:flex md:w-76 md:border-r", chosen ? "hidden" : "flex")}
      >
        {list}
      </section>
      <div className={cx("min-w-0 grow md:block", !chosen && "hidden")}>
        <Outlet />
      </div>
    </div>
  );
}

export function ListHeader({ title, children }: { title: string; children?: ReactNode }) {
  return (
    <header className="flex h-14 shrink-0 items-center gap-2 pr-2.5 pl-4">
      <h1 className="grow truncate text-lg font-semibold">{title}</h1>
      {children}
    </header>
  );
}

/** The head of a detail, with the way back to the list on phones. */
export function DetailHeader({ back, children }: { back: LinkProps["to"]; children: ReactNode }) {
  return (
    <header className="flex h-14 shrink-0 items-center gap-3 border-b border-line px-3 md:px-5">
      <Link
        to={back}
        aria-label={m.back}
        className="-mr-1 flex size-9 shrink-0 items-center justify-center rounded-lg text-soft hover:bg-hover md:hidden"
      >
        <ArrowLeft className="size-5" />
      </Link>
      {children}
    </header>
  );
}
