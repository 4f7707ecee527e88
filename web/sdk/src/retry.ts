import { backoff } from "./backoff.js";
import type { TandemProblem } from "./problem.js";

/** Somebody waits for the answer: what the server wants later than this, they must decide on. */
const LONGEST_WAIT_MS = 10_000;
/** Those who were told the same moment do not come at once. */
const SPREAD_MS = 500;

/** Answers that a server or a proxy gives when it did not come to the request. */
const REFUSED_FOR_NOW = [429, 502, 503, 504];

/**
 * Milliseconds after which a request that can be repeated is sent again, having failed for the `attempt`th time (0 is the first);
 * nothing when it is of no use, or would take too long.
 */
export function retryIn(problem: TandemProblem, attempt: number, random: () => number): number | undefined {
  const { status, slug, retryAfter } = problem;
  // "Still in hand": its first attempt arrived and goes on, and its answer is what the next one gets.
  if (!REFUSED_FOR_NOW.includes(status) && slug !== "unreachable" && slug !== "still-in-hand") return undefined;
  if (retryAfter === undefined) return status === 429 ? undefined : backoff(attempt, random);
  const wait = retryAfter * 1_000;
  return wait > LONGEST_WAIT_MS ? undefined : Math.round(wait + SPREAD_MS * random());
}
