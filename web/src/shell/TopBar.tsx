import { Link } from "@tanstack/react-router";
import { Search } from "lucide-react";
import { AgentControl } from "../agent/AgentControl";
import { m } from "../messages";
import { openPalette } from "./palette";
import { PresenceMenu } from "./PresenceMenu";

const isMac = /Mac|iPhone|iPad/.test(navigator.userAgent);

export function TopBar() {
  return (
    <header className="flex h-13 items-center gap-2 px-3 md:col-span-2 md:gap-3 md:px-4">
      <Link to="/" className="flex shrink-0 items-center gap-2.5 rounded-lg pr-1 font-semibold tracking-tight" aria-label={m.app}>
        <img src="/icon.svg" alt="" className="size-7 md:ml-2 md:size-8" />
        <span className="hidden text-lg lg:inline">{m.app}</span>
      </Link>
      <button
        type="button"
        onClick={openPalette}
        data-testid="palette-open"
        className="flex h-9 min-w-9 shrink items-center gap-2 rounded-lg border border-line bg-surface px-2.5 text-faint transition-colors hover:border-line-strong sm:w-full sm:max-w-md md:mx-auto"
      >
        <Search className="size-4 shrink-0" />
        <span className="grow truncate text-left max-sm:sr-only">{m.palette.placeholder}</span>
        <kbd aria-hidden className="hidden shrink-0 rounded border border-line px-1.5 font-sans text-xs md:inline">{isMac ? "⌘" : "Ctrl"} K</kbd>
      </button>
      <div className="ml-auto flex shrink-0 items-center gap-2 md:ml-0">
        <AgentControl />
        <PresenceMenu />
      </div>
    </header>
  );
}
