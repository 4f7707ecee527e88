import { uuid } from "@tandem/sdk";
import type { DeviceId } from "../api/types";

const KEY = "tandem.device";
/** A reload's old document may hold its lock for a moment; a duplicated tab's original holds it on. */
const LOCK_WAIT_MS = 800;

let claimed: Promise<DeviceId> | null = null;

/**
 * This tab's own id. It survives a reload, so that a call finds its tab again, and is made anew in a duplicated tab, which starts with
 * a copy of its original's session storage: whoever holds the id's lock is the original.
 */
export function deviceId(): Promise<DeviceId> {
  claimed ??= claim();
  return claimed;
}

async function claim(): Promise<DeviceId> {
  const kept = sessionStorage.getItem(KEY);
  if (kept && (await lock(kept))) return kept;
  const fresh = uuid();
  sessionStorage.setItem(KEY, fresh);
  await lock(fresh);
  return fresh;
}

function lock(id: DeviceId): Promise<boolean> {
  if (!navigator.locks) return Promise.resolve(true);
  return new Promise((resolve) => {
    navigator.locks
      .request(`tandem.device.${id}`, { signal: AbortSignal.timeout(LOCK_WAIT_MS) }, () => {
        resolve(true);
        // Held for as long as the document lives.
        return new Promise<void>(() => undefined);
      })
      .catch(() => resolve(false));
  });
}
