import {
  createRootRoute,
  createRoute,
  createRouter,
  lazyRouteComponent,
  Outlet,
  parseSearchWith,
  redirect,
  stringifySearchWith,
  type ParsedLocation,
} from "@tanstack/react-router";
import { queries, queryClient } from "./api/queries";
import type { AuthorizationRequest, DeliveryState, JobState } from "./api/types";
import { readFilter, type AuditFilter } from "./audit/model";
import { token } from "./session/session";
import { Crash, NotFound } from "./shell/Crash";
import { Layout } from "./shell/Layout";

const root = createRootRoute({ component: Outlet, errorComponent: Crash, notFoundComponent: NotFound });

const signIn = createRoute({
  getParentRoute: () => root,
  path: "/signin",
  validateSearch: (search: Record<string, unknown>): { to?: string } =>
    // Only a path of our own: a link must not lead out of here after signing in.
    typeof search.to === "string" && /^\/(?!\/)/.test(search.to) ? { to: search.to } : {},
  beforeLoad: ({ search }) => {
    if (token.get()) throw redirect({ href: search.to ?? "/" });
  },
  component: lazyRouteComponent(() => import("./session/SignInPage"), "SignInPage"),
});

/** Where links in mails lead; who follows one need not be signed in. */
const forgot = createRoute({
  getParentRoute: () => root,
  path: "/forgot",
  component: lazyRouteComponent(() => import("./session/ForgotPage"), "ForgotPage"),
});
const reset = createRoute({
  getParentRoute: () => root,
  path: "/reset",
  component: lazyRouteComponent(() => import("./session/ResetPage"), "ResetPage"),
});
const join = createRoute({
  getParentRoute: () => root,
  path: "/join",
  component: lazyRouteComponent(() => import("./session/JoinPage"), "JoinPage"),
});

/** What an identity provider adds to the address. */
const answerFields = ["code", "state", "iss", "error"] as const;

const callback = createRoute({
  getParentRoute: () => root,
  path: "/signin/callback/$org",
  validateSearch: (search: Record<string, unknown>): Partial<Record<(typeof answerFields)[number], string>> =>
    Object.fromEntries(answerFields.filter((name) => search[name] !== undefined).map((name) => [name, String(search[name])])),
  component: lazyRouteComponent(() => import("./session/CallbackPage"), "CallbackPage"),
});

function needsSession({ location }: { location: ParsedLocation }): void {
  if (!token.get()) throw redirect({ to: "/signin", search: location.href === "/" ? {} : { to: location.href } });
}

const signedIn = createRoute({
  getParentRoute: () => root,
  id: "signed-in",
  beforeLoad: needsSession,
  loader: () => queryClient.ensureQueryData(queries.me),
  component: Layout,
  errorComponent: Crash,
  notFoundComponent: NotFound,
});

const home = createRoute({
  getParentRoute: () => signedIn,
  path: "/",
  component: lazyRouteComponent(() => import("./home/HomePage"), "HomePage"),
});

const chat = createRoute({
  getParentRoute: () => signedIn,
  path: "/chat",
  component: lazyRouteComponent(() => import("./chat/ChatPage"), "ChatPage"),
});
const chatNone = createRoute({
  getParentRoute: () => chat,
  path: "/",
  component: lazyRouteComponent(() => import("./chat/ChatPage"), "NoChat"),
});
const chatOne = createRoute({
  getParentRoute: () => chat,
  path: "$chat",
  component: lazyRouteComponent(() => import("./chat/ChatRoom"), "ChatRoom"),
});

const people = createRoute({
  getParentRoute: () => signedIn,
  path: "/people",
  component: lazyRouteComponent(() => import("./people/PeoplePage"), "PeoplePage"),
});
const peopleNone = createRoute({
  getParentRoute: () => people,
  path: "/",
  component: lazyRouteComponent(() => import("./people/PeoplePage"), "NoPerson"),
});
const peopleOne = createRoute({
  getParentRoute: () => people,
  path: "$person",
  component: lazyRouteComponent(() => import("./people/PersonPage"), "PersonPage"),
});

const calls = createRoute({
  getParentRoute: () => signedIn,
  path: "/calls",
  validateSearch: (search: Record<string, unknown>): { number?: string } =>
    typeof search.number === "string" || typeof search.number === "number" ? { number: String(search.number) } : {},
  component: lazyRouteComponent(() => import("./calls/CallsPage"), "CallsPage"),
});
const call = createRoute({
  getParentRoute: () => signedIn,
  path: "/calls/$call",
  component: lazyRouteComponent(() => import("./calls/CallPage"), "CallPage"),
});

const inbox = createRoute({
  getParentRoute: () => signedIn,
  path: "/inbox",
  component: lazyRouteComponent(() => import("./agent/InboxPage"), "InboxPage"),
});
const inboxNone = createRoute({
  getParentRoute: () => inbox,
  path: "/",
  component: lazyRouteComponent(() => import("./agent/InboxPage"), "NoConversation"),
});
const inboxOne = createRoute({
  getParentRoute: () => inbox,
  path: "$conversation",
  component: lazyRouteComponent(() => import("./agent/ConversationPage"), "ConversationPage"),
});

export type QueuesTab = "queues" | "agents" | "conversations";
const tabs: readonly QueuesTab[] = ["queues", "agents", "conversations"];

const queues = createRoute({
  getParentRoute: () => signedIn,
  path: "/queues",
  validateSearch: (search: Record<string, unknown>): { tab?: QueuesTab; queue?: string; why?: string } => ({
    tab: tabs.find((tab) => tab === search.tab),
    queue: typeof search.queue === "string" ? search.queue : undefined,
    why: typeof search.why === "string" ? search.why : undefined,
  }),
  component: lazyRouteComponent(() => import("./supervisor/QueuesPage"), "QueuesPage"),
});

export type OperationsTab = "nodes" | "jobs";
const operationsTabs: readonly OperationsTab[] = ["nodes", "jobs"];
const jobStates: readonly JobState[] = ["waiting", "running", "dead", "done", "discarded"];

const operations = createRoute({
  getParentRoute: () => signedIn,
  path: "/operations",
  validateSearch: (search: Record<string, unknown>): { tab?: OperationsTab; state?: JobState } => ({
    tab: operationsTabs.find((tab) => tab === search.tab),
    state: jobStates.find((state) => state === search.state),
  }),
  component: lazyRouteComponent(() => import("./operations/OperationsPage"), "OperationsPage"),
});

const settings = createRoute({
  getParentRoute: () => signedIn,
  path: "/settings",
  component: lazyRouteComponent(() => import("./settings/SettingsPage"), "SettingsPage"),
});

const security = createRoute({
  getParentRoute: () => signedIn,
  path: "/settings/security",
  component: lazyRouteComponent(() => import("./settings/SecurityPage"), "SecurityPage"),
});

export type AdminTab = "people" | "groups" | "roles" | "divisions" | "clients" | "webhooks" | "signin" | "telephony" | "limits" | "audit";
const adminTabs: readonly AdminTab[] = ["people", "groups", "roles", "divisions", "clients", "webhooks", "signin", "telephony", "limits", "audit"];
const deliveryStates: readonly DeliveryState[] = ["delivered", "set_aside", "waiting", "discarded"];

const admin = createRoute({
  getParentRoute: () => signedIn,
  path: "/admin",
  validateSearch: (search: Record<string, unknown>): { tab?: AdminTab; webhook?: string; state?: DeliveryState } & AuditFilter => ({
    tab: adminTabs.find((tab) => tab === search.tab),
    webhook: typeof search.webhook === "string" ? search.webhook : undefined,
    state: deliveryStates.find((state) => state === search.state),
    ...readFilter(search),
  }),
  component: lazyRouteComponent(() => import("./admin/AdminPage"), "AdminPage"),
});

/** What somebody came here to decide, with nothing around it. */
const asked = createRoute({
  getParentRoute: () => root,
  id: "asked",
  beforeLoad: needsSession,
  loader: () => queryClient.ensureQueryData(queries.me),
  component: Outlet,
  errorComponent: Crash,
  notFoundComponent: NotFound,
});

const requestFields = [
  "response_type",
  "client_id",
  "redirect_uri",
  "scope",
  "state",
  "code_challenge",
  "code_challenge_method",
] as const satisfies readonly (keyof AuthorizationRequest)[];

const authorize = createRoute({
  getParentRoute: () => asked,
  path: "/oauth/authorize",
  validateSearch: (search: Record<string, unknown>): Partial<Record<keyof AuthorizationRequest, string>> =>
    Object.fromEntries(requestFields.filter((name) => search[name] !== undefined).map((name) => [name, String(search[name])])),
  component: lazyRouteComponent(() => import("./oauth/AuthorizePage"), "AuthorizePage"),
});

const device = createRoute({
  getParentRoute: () => asked,
  path: "/device",
  validateSearch: (search: Record<string, unknown>): { user_code?: string } =>
    search.user_code === undefined ? {} : { user_code: String(search.user_code) },
  component: lazyRouteComponent(() => import("./oauth/DevicePage"), "DevicePage"),
});

export const router = createRouter({
  routeTree: root.addChildren([
    signIn,
    callback,
    forgot,
    reset,
    join,
    asked.addChildren([authorize, device]),
    signedIn.addChildren([
      home,
      chat.addChildren([chatNone, chatOne]),
      people.addChildren([peopleNone, peopleOne]),
      calls,
      call,
      inbox.addChildren([inboxNone, inboxOne]),
      queues,
      operations,
      admin,
      settings,
      security,
    ]),
  ]),
  // As it came: a program's `state` that looks like JSON goes back unchanged.
  parseSearch: parseSearchWith((text) => text),
  stringifySearch: stringifySearchWith(JSON.stringify),
  defaultPreload: "intent",
  defaultPendingMs: 300,
  scrollRestoration: false,
});

// Signing out, here or in another tab, leaves every page that needs a session.
token.subscribe(() => {
  if (!token.get()) void router.invalidate();
});

declare module "@tanstack/react-router" {
  interface Register {
    router: typeof router;
  }
}
