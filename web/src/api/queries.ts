import { infiniteQueryOptions, QueryClient, queryOptions } from "@tanstack/react-query";
import { get, Problem } from "./client";
import type {
  Agent,
  Application,
  Call,
  CallId,
  Chat,
  ChatId,
  ClientInfo,
  Conversation,
  ConversationId,
  Decision,
  Delivery,
  DeliveryState,
  Job,
  JobState,
  Me,
  Message,
  NodeList,
  Page,
  PasskeyInfo,
  PermissionInfo,
  Person,
  Queue,
  QueueStats,
  RoleInfo,
  SecondFactor,
  Session,
  Token,
  Track,
  UserId,
  Webhook,
  WebhookId,
  WrapUpCode,
} from "./types";

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

const PAGE = 200;
const PAGES_MAX = 10;

async function everything<T>(path: string, query: Record<string, string | boolean | undefined>, signal: AbortSignal): Promise<T[]> {
  const items: T[] = [];
  let cursor: string | undefined;
  for (let page = 0; page < PAGES_MAX; page++) {
    const answer = await get<Page<T>>(path, { ...query, cursor, limit: PAGE }, signal);
    items.push(...answer.items);
    cursor = answer.next;
    if (!cursor) break;
  }
  return items;
}

const list = <T>(key: string, path: string, query: Record<string, string | boolean | undefined> = {}) =>
  queryOptions({ queryKey: [key, query], queryFn: ({ signal }) => everything<T>(path, query, signal) });

/** A list that is short enough to come at once. */
const short = <T>(key: readonly string[], path: string) =>
  queryOptions({ queryKey: key, queryFn: async ({ signal }) => (await get<Page<T>>(path, undefined, signal)).items });

export const queries = {
  me: queryOptions({ queryKey: ["me"], queryFn: ({ signal }) => get<Me>("/me", undefined, signal) }),
  people: list<Person>("people", "/people"),
  mySessions: short<Session>(["sessions"], "/me/sessions"),
  sessionsOf: (user: UserId) => ({ ...short<Session>(["sessions", user], `/people/${user}/sessions`), staleTime: 0 }),
  secondFactor: queryOptions({
    queryKey: ["second-factor"],
    queryFn: ({ signal }) => get<SecondFactor>("/me/second-factor", undefined, signal),
  }),
  passkeys: short<PasskeyInfo>(["passkeys"], "/me/passkeys"),
  tokens: short<Token>(["tokens"], "/me/tokens"),
  clients: short<ClientInfo>(["clients"], "/oauth/clients"),
  grants: short<Application>(["grants"], "/me/grants"),
  roles: short<RoleInfo>(["roles"], "/roles"),
  permissions: short<PermissionInfo>(["permissions"], "/permissions"),
  /** No event tells that one begins to fail. */
  webhooks: { ...short<Webhook>(["webhooks"], "/webhooks"), staleTime: 0, refetchInterval: LOOK_AGAIN_MS },
  deliveries: (webhook: WebhookId, state: DeliveryState | undefined) =>
    infiniteQueryOptions({
      queryKey: ["deliveries", webhook, { state }],
      queryFn: ({ pageParam, signal }) => get<Page<Delivery>>(`/webhooks/${webhook}/deliveries`, { state, cursor: pageParam, limit: 50 }, signal),
      initialPageParam: undefined as string | undefined,
      getNextPageParam: (page) => page.next,
      staleTime: 0,
      refetchInterval: LOOK_AGAIN_MS,
    }),
  chats: list<Chat>("chats", "/chats"),
  activeCalls: list<Call>("calls.active", "/calls", { active: true }),
  callHistory: infiniteQueryOptions({
    queryKey: ["calls.history"],
    queryFn: ({ pageParam, signal }) => get<Page<Call>>("/calls", { active: false, cursor: pageParam, limit: 50 }, signal),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: (page) => page.next,
  }),
  call: (call: CallId) =>
    queryOptions({ queryKey: ["call", call], queryFn: ({ signal }) => get<Call>(`/calls/${call}`, undefined, signal) }),
  tracks: (call: CallId) =>
    queryOptions({
      queryKey: ["tracks", call],
      queryFn: async ({ signal }) => readTracks(await get<Track[] | Page<Track>>(`/calls/${call}/tracks`, undefined, signal)),
    }),
  messages: (chat: ChatId) =>
    infiniteQueryOptions({
      queryKey: ["messages", chat],
      queryFn: ({ pageParam, signal }) =>
        get<Page<Message>>(`/chats/${chat}/messages`, { before: pageParam, limit: 50 }, signal),
      initialPageParam: undefined as number | undefined,
      getNextPageParam: (page) => {
        const oldest = page.items.at(-1);
        return oldest && oldest.seq > 1 ? oldest.seq : undefined;
      },
    }),
  queues: list<Queue>("queues", "/queues"),
  queueStats: list<QueueStats>("queue.stats", "/queues/stats"),
  agents: list<Agent>("agents", "/agents"),
  /** Null for somebody who is not an agent. */
  myAgent: queryOptions({
    queryKey: ["agent.me"],
    queryFn: async ({ signal }) => {
      try {
        return await get<Agent>("/agents/me", undefined, signal);
      } catch (error) {
        if (error instanceof Problem && (error.status === 404 || error.status === 403)) return null;
        throw error;
      }
    },
  }),
  conversations: (active: boolean) =>
    queryOptions({
      queryKey: ["conversations", { active }],
      queryFn: async ({ signal }) => (await get<Page<Conversation>>("/conversations", { active, limit: 100 }, signal)).items,
    }),
  conversation: (conversation: ConversationId) =>
    queryOptions({
      queryKey: ["conversation", conversation],
      queryFn: ({ signal }) => get<Conversation>(`/conversations/${conversation}`, undefined, signal),
    }),
  decisions: (conversation: ConversationId) =>
    queryOptions({
      queryKey: ["decisions", conversation],
      queryFn: async ({ signal }) => {
        const answer = await get<Decision[] | Page<Decision>>(`/conversations/${conversation}/decisions`, undefined, signal);
        return Array.isArray(answer) ? answer : answer.items;
      },
    }),
  nodes: queryOptions({
    queryKey: ["nodes"],
    queryFn: ({ signal }) => get<NodeList>("/nodes", undefined, signal),
    staleTime: 0,
    refetchInterval: LOOK_AGAIN_MS,
  }),
  jobs: (state: JobState | undefined) =>
    infiniteQueryOptions({
      queryKey: ["jobs", { state }],
      queryFn: ({ pageParam, signal }) => get<Page<Job>>("/jobs", { state, cursor: pageParam, limit: 50 }, signal),
      initialPageParam: undefined as string | undefined,
      getNextPageParam: (page) => page.next,
      staleTime: 0,
      refetchInterval: LOOK_AGAIN_MS,
    }),
  wrapUpCodes: list<WrapUpCode>("wrap_up_codes", "/wrap-up-codes"),
};

const readTracks = (answer: Track[] | Page<Track>): Track[] => (Array.isArray(answer) ? answer : answer.items);
