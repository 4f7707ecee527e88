import { infiniteQueryOptions, QueryClient, queryOptions } from "@tanstack/react-query";
import type { Page, RequestOptions } from "@tandem/sdk";
import { Problem, tandem } from "./client";
import type { AuditQuery, CallId, ChatId, ConversationId, DeliveryState, GroupId, JobState, UserId, WebhookId } from "./types";

/** What was fetched stays true until an event says otherwise, so nothing is fetched again merely because time passed. */
export const queryClient = new QueryClient({
  defaultOptions: {
    queries: {
      staleTime: Infinity,
      gcTime: 30 * 60_000,
      refetchOnWindowFocus: false,
      refetchOnReconnect: false,
      retry: (count, error) => count < 3 && error instanceof Problem && error.transient,
      networkMode: "always",
    },
    mutations: { networkMode: "always" },
  },
});

/** For what no event tells of. While the window is hidden nothing is asked. */
const LOOK_AGAIN_MS = 3_000;

const ITEMS_MAX = 2_000;
const PAGE = 200;

/** The cache tries again by itself, and shows that it does. */
const once = (signal: AbortSignal): RequestOptions => ({ signal, retries: 0 });

async function everything<T>(items: AsyncIterable<T>): Promise<T[]> {
  const all: T[] = [];
  for await (const item of items) {
    all.push(item);
    if (all.length >= ITEMS_MAX) break;
  }
  return all;
}

type All<T> = (query: { limit: number }, options: RequestOptions) => AsyncIterable<T>;

const list = <T>(key: string, all: All<T>, query: Record<string, boolean> = {}) =>
  queryOptions({ queryKey: [key, query], queryFn: ({ signal }) => everything(all({ limit: PAGE }, once(signal))) });

/** A list that is short enough to come at once. */
const short = <T>(key: readonly string[], page: (options: RequestOptions) => Promise<Page<T>>) =>
  queryOptions({ queryKey: key, queryFn: async ({ signal }) => (await page(once(signal))).items });

export const queries = {
  me: queryOptions({ queryKey: ["me"], queryFn: ({ signal }) => tandem.me.get(once(signal)) }),
  people: list("people", (query, options) => tandem.people.all(query, options)),
  mySessions: short(["sessions"], (options) => tandem.me.sessions.list(options)),
  sessionsOf: (user: UserId) => ({ ...short(["sessions", user], (options) => tandem.people.sessions.list(user, options)), staleTime: 0 }),
  secondFactor: queryOptions({
    queryKey: ["second-factor"],
    queryFn: ({ signal }) => tandem.me.secondFactor.get(once(signal)),
  }),
  /** No event tells that a mail was taken. */
  invitations: queryOptions({
    ...short(["invitations"], (options) => tandem.invitations.list(options)),
    refetchInterval: ({ state }) => (state.data?.some((each) => !each.sent_at) ? LOOK_AGAIN_MS : false),
  }),
  identityProviders: short(["identity-providers"], (options) => tandem.identityProviders.list(options)),
  signInSettings: queryOptions({ queryKey: ["sign-in-settings"], queryFn: ({ signal }) => tandem.signInSettings.get(once(signal)) }),
  passkeys: short(["passkeys"], (options) => tandem.me.passkeys.list(options)),
  tokens: short(["tokens"], (options) => tandem.me.tokens.list(options)),
  clients: short(["clients"], (options) => tandem.oauth.clients.list(options)),
  grants: short(["grants"], (options) => tandem.me.grants.list(options)),
  divisions: short(["divisions"], (options) => tandem.divisions.list(options)),
  groups: list("groups", (query, options) => tandem.groups.all(query, options)),
  groupMembers: (group: GroupId) =>
    queryOptions({
      queryKey: ["groups", group, "members"],
      queryFn: ({ signal }) => everything(tandem.groups.members.all(group, { limit: PAGE }, once(signal))),
    }),
  flows: list("flows", (query, options) => tandem.flows.all(query, options)),
  numbers: short(["numbers"], (options) => tandem.numbers.list({}, options)),
  /** No event tells an administrator that somebody else's registered. */
  phones: { ...short(["phones"], (options) => tandem.phones.list({}, options)), staleTime: 0, refetchInterval: LOOK_AGAIN_MS },
  trunks: short(["trunks"], (options) => tandem.trunks.list(options)),
  limits: { ...short(["limits"], (options) => tandem.org.limits.list(options)), staleTime: 0 },
  roles: short(["roles"], (options) => tandem.roles.list(options)),
  permissions: short(["permissions"], (options) => tandem.permissions.list(options)),
  /** No event tells that one begins to fail. */
  webhooks: { ...short(["webhooks"], (options) => tandem.webhooks.list(options)), staleTime: 0, refetchInterval: LOOK_AGAIN_MS },
  deliveries: (webhook: WebhookId, state: DeliveryState | undefined) =>
    infiniteQueryOptions({
      queryKey: ["deliveries", webhook, { state }],
      queryFn: ({ pageParam, signal }) => tandem.webhooks.deliveries.list(webhook, { state, cursor: pageParam, limit: 50 }, once(signal)),
      initialPageParam: undefined as string | undefined,
      getNextPageParam: (page) => page.next,
      staleTime: 0,
      refetchInterval: LOOK_AGAIN_MS,
    }),
  /** No event tells of an entry. */
  audit: (query: AuditQuery) =>
    infiniteQueryOptions({
      queryKey: ["audit", query],
      queryFn: ({ pageParam, signal }) => tandem.audit.list({ ...query, cursor: pageParam, limit: 50 }, once(signal)),
      initialPageParam: undefined as string | undefined,
      getNextPageParam: (page) => page.next,
      staleTime: 0,
    }),
  auditEntry: (seq: number) =>
    queryOptions({ queryKey: ["audit.entry", seq], queryFn: ({ signal }) => tandem.audit.get(seq, once(signal)) }),
  chats: list("chats", (query, options) => tandem.chats.all(query, options)),
  activeCalls: list("calls.active", (query, options) => tandem.calls.all({ ...query, active: true }, options), { active: true }),
  callHistory: infiniteQueryOptions({
    queryKey: ["calls.history"],
    queryFn: ({ pageParam, signal }) => tandem.calls.list({ active: false, cursor: pageParam, limit: 50 }, once(signal)),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: (page) => page.next,
  }),
  call: (call: CallId) =>
    queryOptions({ queryKey: ["call", call], queryFn: ({ signal }) => tandem.calls.get(call, once(signal)) }),
  tracks: (call: CallId) =>
    queryOptions({
      queryKey: ["tracks", call],
      queryFn: ({ signal }) => tandem.calls.tracks.list(call, once(signal)),
    }),
  messages: (chat: ChatId) =>
    infiniteQueryOptions({
      queryKey: ["messages", chat],
      queryFn: ({ pageParam, signal }) => tandem.chats.messages.list(chat, { before: pageParam, limit: 50 }, once(signal)),
      initialPageParam: undefined as number | undefined,
      getNextPageParam: (page) => {
        const oldest = page.items.at(-1);
        return oldest && oldest.seq > 1 ? oldest.seq : undefined;
      },
    }),
  queues: list("queues", (query, options) => tandem.queues.all(query, options)),
  queueStats: list("queue.stats", (query, options) => tandem.queues.stats.all(query, options)),
  agents: list("agents", (query, options) => tandem.agents.all(query, options)),
  /** Null for somebody who is not an agent. */
  myAgent: queryOptions({
    queryKey: ["agent.me"],
    queryFn: async ({ signal }) => {
      try {
        return await tandem.agents.me.get(once(signal));
      } catch (error) {
        if (error instanceof Problem && (error.status === 404 || error.status === 403)) return null;
        throw error;
      }
    },
  }),
  conversations: (active: boolean) =>
    queryOptions({
      queryKey: ["conversations", { active }],
      queryFn: async ({ signal }) => (await tandem.conversations.list({ active, limit: 100 }, once(signal))).items,
    }),
  conversation: (conversation: ConversationId) =>
    queryOptions({
      queryKey: ["conversation", conversation],
      queryFn: ({ signal }) => tandem.conversations.get(conversation, once(signal)),
    }),
  decisions: (conversation: ConversationId) =>
    queryOptions({
      queryKey: ["decisions", conversation],
      queryFn: async ({ signal }) => (await tandem.conversations.decisions.list(conversation, once(signal))).items,
    }),
  nodes: queryOptions({
    queryKey: ["nodes"],
    queryFn: ({ signal }) => tandem.nodes.list(once(signal)),
    staleTime: 0,
    refetchInterval: LOOK_AGAIN_MS,
  }),
  jobs: (state: JobState | undefined) =>
    infiniteQueryOptions({
      queryKey: ["jobs", { state }],
      queryFn: ({ pageParam, signal }) => tandem.jobs.list({ state, cursor: pageParam, limit: 50 }, once(signal)),
      initialPageParam: undefined as string | undefined,
      getNextPageParam: (page) => page.next,
      staleTime: 0,
      refetchInterval: LOOK_AGAIN_MS,
    }),
  wrapUpCodes: list("wrap_up_codes", (query, options) => tandem.wrapUpCodes.all(query, options)),
};
