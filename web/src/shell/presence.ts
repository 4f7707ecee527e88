import { tandem } from "../api/client";
import { queries, queryClient } from "../api/queries";
import type { ChoosePresence, Me, PresenceView } from "../api/types";

/** Chooses a presence; shown at once, taken back when the server refuses. */
export async function choosePresence(choice: ChoosePresence): Promise<void> {
  const { queryKey } = queries.me;
  const before = queryClient.getQueryData<Me>(queryKey);
  const show = (presence: PresenceView) =>
    queryClient.setQueryData<Me>(queryKey, (me) => me && { ...me, user: { ...me.user, presence } });
  if (before) show({ ...before.user.presence, primary: choice.primary, message: choice.message ?? null });
  try {
    show(await tandem.me.presence.set(choice, { retries: 0 }));
  } catch (error) {
    if (before) show(before.user.presence);
    throw error;
  }
}
