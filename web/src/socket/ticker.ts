type Listener = () => void;

const listeners = new Set<Listener>();
let started = false;

/** Calls `listener` about once a second, in hidden tabs too. */
export function onTick(listener: Listener): () => void {
  listeners.add(listener);
  if (!started) {
    started = true;
    const worker = new Worker(new URL("./ticker.worker.ts", import.meta.url), { type: "module" });
    worker.onmessage = () => {
      for (const each of [...listeners]) each();
    };
  }
  return () => listeners.delete(listener);
}
