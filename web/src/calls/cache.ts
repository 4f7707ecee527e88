import type { QueryClient } from "@tanstack/react-query";
import { tandem } from "../api/client";
import { queries } from "../api/queries";
import type { Call, CallId } from "../api/types";

/** Puts what the server said about a call where the screens look. */
export function applyCall(client: QueryClient, call: Call): void {
  const { queryKey } = queries.call(call.id);
  // What is being fetched at the moment may be older than this.
  void client.cancelQueries({ queryKey });
  client.setQueryData(queryKey, call);
  const active = queries.activeCalls.queryKey;
  if (client.getQueryState(active)?.fetchStatus === "fetching") void client.invalidateQueries({ queryKey: active });
  client.setQueryData<Call[]>(active, (calls) => {
    const others = (calls ?? []).filter((each) => each.id !== call.id);
    return call.ended_at ? others : [...others, call].toSorted((a, b) => a.started_at.localeCompare(b.started_at));
  });
  if (call.ended_at) void client.invalidateQueries({ queryKey: ["calls.history"] });
}

interface Refetch {
  again: boolean;
}

const running = new Map<CallId, Refetch>();

/** Fetches a call that something happened to. What happens while it is fetched makes it be fetched once more. */
export function refetchCall(client: QueryClient, call: CallId): void {
  const busy = running.get(call);
  if (busy) {
    busy.again = true;
    return;
  }
  const refetch: Refetch = { again: false };
  running.set(call, refetch);
  // Not through the cache: it would join a fetch that began before the event.
  void tandem.calls
    .get(call)
    .then((answer) => applyCall(client, answer))
    .catch(() => client.invalidateQueries({ queryKey: queries.activeCalls.queryKey }))
    .finally(() => {
      running.delete(call);
      if (refetch.again) refetchCall(client, call);
    });
}
