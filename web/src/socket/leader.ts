import { createStore } from "../store";

/** Whether this tab is the one that rings and notifies. The others follow as soon as it is gone. */
export const isLeader = createStore(!("locks" in navigator));

let standing = false;

export function standForLeader(): void {
  if (standing || !navigator.locks) return;
  standing = true;
  void navigator.locks.request("tandem.leader", () => {
    isLeader.set(true);
    return new Promise<void>(() => undefined);
  });
}
