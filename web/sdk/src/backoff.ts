const FIRST_MS = 300;
const LAST_MS = 10_000;

/** Milliseconds to wait before attempt `n` (0 is the first retry): exponential, with half of it random so that clients spread out. */
export function backoff(attempt: number, random: () => number): number {
  const full = Math.min(LAST_MS, FIRST_MS * 2 ** Math.min(attempt, 16));
  return Math.round(full / 2 + (full / 2) * random());
}
