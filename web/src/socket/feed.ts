/** Carries events and signals into the query cache, the chats' live messages and whoever else listens. */
import type { QueryClient, QueryKey } from "@tanstack/react-query";
import { queries } from "../api/queries";
import type { Agent, Event, Me, Person, QueueStats, Signal } from "../api/types";
import { applyChatEvent } from "../chat/events";
import { noteTyping } from "../chat/typing";
import { noteOffer } from "../agent/offers";
import { refetchCall } from "../calls/cache";

type SignalListener = (signal: Signal) => void;
const signalListeners = new Set<SignalListener>();

/** Tells `listener` of every signal. */
export function onSignal(listener: SignalListener): () => void {
  signalListeners.add(listener);
  return () => signalListeners.delete(listener);
}

/**
 * Changes a cached answer. One that is being fetched at the moment may have been read before the event, so it is fetched once more.
 */
export function patchQuery<T>(client: QueryClient, key: QueryKey, change: (old: T) => T): void {
  client.setQueryData<T>(key, (old) => (old === undefined ? old : change(old)));
  if (client.getQueryState(key)?.fetchStatus === "fetching") void client.invalidateQueries({ queryKey: key });
}

export class Feed {
  private readonly later = new Map<string, ReturnType<typeof setTimeout>>();

  constructor(private readonly client: QueryClient) {}

  event(event: Event): void {
    if (is(event, "presence.changed")) return this.presence(event.data);
    if (event.type.startsWith("chat.")) return applyChatEvent(this.client, event);
    if (is(event, "agent.status.changed")) {
      if (event.data.user === this.me()) this.soon(["agent.me"], 0);
      return this.soon(["agents"]);
    }
    if (event.type.startsWith("call.")) {
      const { call } = event.data as { call: string };
      return refetchCall(this.client, call);
    }
    if (event.type.startsWith("routing.") || event.type.startsWith("conversation.")) return this.conversation(event);
    if (event.type.startsWith("job.")) return this.soon(["jobs"]);
    if (event.type.startsWith("session.") || event.type.startsWith("token.")) {
      this.soon(["sessions"]);
      return this.soon(["tokens"]);
    }
    if (event.type.startsWith("group.")) {
      this.soon(["groups"]);
      return this.soon(["me"], 0);
    }
    if (event.type.startsWith("role.")) {
      this.soon(["roles"]);
      return this.soon(["me"], 0);
    }
    if (event.type.startsWith("division.")) return this.divisions();
    if (event.type.startsWith("identity_provider.")) return this.soon(["identity-providers"]);
    if (event.type.startsWith("trunk.")) return this.soon(["trunks"]);
    if (event.type.startsWith("number.")) return this.soon(["numbers"]);
    if (event.type.startsWith("phone.")) return this.soon(["phones"]);
    if (event.type.startsWith("sign_in.")) return this.soon(["sign-in-settings"]);
    if (event.type.startsWith("client.")) return this.soon(["clients"]);
    if (event.type.startsWith("grant.")) return this.soon(["grants"]);
    if (event.type.startsWith("webhook.")) {
      this.soon(["webhooks"]);
      return this.soon(["deliveries"]);
    }
    if (event.type.startsWith("passkey.")) return this.soon(["passkeys"]);
    // What somebody wrote is in many lists.
    if (event.type === "user.erased") this.soon(["chats"]);
    if (event.type.startsWith("person.") || event.type.startsWith("invitation.")) return this.soon(["invitations"]);
    if (event.type.startsWith("user.")) return this.account(event);
    if (event.type === "queue.changed") {
      this.soon(["queues"]);
      this.soon(["queue.stats"]);
      return this.soon(["agent.me"]);
    }
  }

  signal(signal: Signal): void {
    switch (signal.signal) {
      case "typing":
        noteTyping(signal.chat, signal.user);
        break;
      case "call_tracks": {
        const { queryKey } = queries.tracks(signal.call);
        // A list being fetched at the moment may be older than this one.
        void this.client.cancelQueries({ queryKey });
        this.client.setQueryData(queryKey, signal.tracks);
        break;
      }
      case "queue_stats":
        patchQuery<QueueStats[]>(this.client, queries.queueStats.queryKey, (all) => upsert(all, signal.stats, (each) => each.queue));
        break;
      case "agent_state": {
        patchQuery<Agent[]>(this.client, queries.agents.queryKey, (all) => upsert(all, signal.agent, (each) => each.user));
        if (signal.agent.user === this.me()) this.client.setQueryData(queries.myAgent.queryKey, signal.agent);
        break;
      }
      case "rtc_lost":
      case "rtc_migrate":
        break;
    }
    for (const listener of [...signalListeners]) listener(signal);
  }

  /** The stream goes on: events were repeated by the server, what only signals carry is fetched. */
  resumed(gap: boolean): void {
    if (gap) return void this.client.invalidateQueries();
    for (const key of ["queue.stats", "agents", "tracks", "agent.me"]) void this.client.invalidateQueries({ queryKey: [key] });
  }

  private me(): string | undefined {
    return this.client.getQueryData<Me>(queries.me.queryKey)?.user.id;
  }

  private presence({ user, presence }: { user: string; presence: Person["presence"] }): void {
    const change = (person: Person) => (person.id === user ? { ...person, presence } : person);
    patchQuery<Person[]>(this.client, queries.people.queryKey, (people) => people.map(change));
    patchQuery<Me>(this.client, queries.me.queryKey, (me) => ({ ...me, user: change(me.user) }));
    const agent = <A extends Agent | null>(each: A): A => (each?.user === user ? { ...each, presence } : each);
    patchQuery<Agent[]>(this.client, queries.agents.queryKey, (agents) => agents.map(agent));
    patchQuery<Agent | null>(this.client, queries.myAgent.queryKey, agent);
  }

  private account(event: Event): void {
    const { user } = event.data as { user: string };
    if (event.type === "user.second_factor.changed") return this.soon(["second-factor"]);
    this.soon(["people"]);
    this.soon(["invitations"]);
    this.soon(["roles"]);
    // What one may do decides what is on the screen.
    if (user !== this.me()) return;
    this.soon(["me"], 0);
    if (event.type === "user.roles.set" || event.type === "user.grants.set") this.divisions();
  }

  /** Something belongs elsewhere, or is seen by others: what the lists show is not what it was. */
  private divisions(): void {
    for (const key of ["divisions", "people", "queues", "queue.stats", "agents", "conversations"]) this.soon([key]);
  }

  private conversation(event: Event): void {
    noteOffer(event);
    const { conversation } = event.data as { conversation: string };
    this.soon(["conversation", conversation], 0);
    this.soon(["decisions", conversation]);
    this.soon(["conversations"]);
    this.soon(["queue.stats"], 400);
    this.soon(["agents"], 400);
    this.soon(["agent.me"], 0);
  }

  /** Fetches again what is on a screen, once for a burst of events. */
  private soon(key: readonly string[], delayMs = 80): void {
    const name = key.join("/");
    if (this.later.has(name)) return;
    this.later.set(
      name,
      setTimeout(() => {
        this.later.delete(name);
        void this.client.invalidateQueries({ queryKey: key });
      }, delayMs),
    );
  }
}

function is<K extends Event["type"]>(event: Event, type: K): event is Extract<Event, { type: K }> {
  return event.type === type;
}

export function upsert<T, K>(items: T[], item: T, key: (item: T) => K): T[] {
  const at = items.findIndex((each) => key(each) === key(item));
  return at < 0 ? [...items, item] : items.with(at, item);
}

