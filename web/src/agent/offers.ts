import type { ConversationId, Event, Timestamp } from "../api/types";
import { createStore } from "../store";

/** When the offers that alert lapse, by conversation. */
export const offers = createStore<ReadonlyMap<ConversationId, Timestamp>>(new Map());

export function noteOffer(event: Event): void {
  if (event.type === "routing.offered" && "expires_at" in event.data) {
    const { conversation, expires_at } = event.data;
    offers.set((now) => new Map(now).set(conversation, expires_at));
  } else if (event.type === "routing.offer.ended" || event.type === "routing.left") {
    const { conversation } = event.data as { conversation: ConversationId };
    offers.set((now) => {
      if (!now.has(conversation)) return now;
      const next = new Map(now);
      next.delete(conversation);
      return next;
    });
  }
}
