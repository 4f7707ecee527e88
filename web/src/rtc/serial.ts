/**
 * Runs `work` one at a time. A call while it runs makes it run exactly once more afterwards, however many calls there were, and
 * resolves when that run is done: the newest state has then been worked on.
 */
export function serial(work: () => Promise<void>): () => Promise<void> {
  let running: Promise<void> | null = null;
  let next: Promise<void> | null = null;
  const run = (): Promise<void> => {
    if (!running) {
      running = work().finally(() => (running = null));
      return running;
    }
    next ??= running
      .catch(() => undefined)
      .then(() => {
        next = null;
        return run();
      });
    return next;
  };
  return run;
}
