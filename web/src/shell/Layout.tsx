import { Outlet } from "@tanstack/react-router";
import { useEffect } from "react";
import { CallBar } from "../calls/CallBar";
import { CallRuntime } from "../calls/CallRuntime";
import { IncomingCalls } from "../calls/IncomingCalls";
import { m } from "../messages";
import { goDark, goLive } from "../session/live";
import { useToken } from "../session/session";
import { Toasts } from "../ui/toasts";
import { CommandPalette } from "./CommandPalette";
import { ConnectionBanner } from "./ConnectionBanner";
import { Rail, TabBar } from "./Rail";
import { usePageTitle } from "./title";
import { TopBar } from "./TopBar";

/** The frame around every page of somebody signed in; it stays while pages come and go, and so do the calls. */
export function Layout() {
  const bearer = useToken();
  useEffect(() => {
    if (!bearer) return;
    void goLive();
    return goDark;
  }, [bearer]);
  usePageTitle();

  return (
    <div className="grid h-dvh grid-cols-[minmax(0,1fr)] grid-rows-[auto_auto_minmax(0,1fr)_auto_auto] md:grid-cols-[5rem_minmax(0,1fr)]">
      <a
        href="#main"
        className="fixed top-2 left-2 z-50 -translate-y-16 rounded-lg bg-accent px-3 py-2 text-on-accent focus:translate-y-0"
      >
        {m.skip}
      </a>
      <TopBar />
      <ConnectionBanner />
      <Rail />
      <main id="main" tabIndex={-1} className="min-h-0 overflow-hidden bg-surface outline-none md:rounded-tl-xl md:border-t md:border-l md:border-line">
        <Outlet />
      </main>
      <CallBar />
      <TabBar />
      <IncomingCalls />
      <CallRuntime />
      <CommandPalette />
      <Toasts />
    </div>
  );
}
