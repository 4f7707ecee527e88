import { expect, it } from "vitest";
import { backoff } from "./backoff.js";
import { compareCursors } from "./cursor.js";

it("orders cursors by transaction, then by position, as numbers", () => {
  const sorted = ["0-2", "0-10", "7-1", "10-0", "10-9007199254740993"];
  expect([...sorted].toReversed().toSorted(compareCursors)).toEqual(sorted);
  expect(compareCursors("3-4", "3-4")).toBe(0);
});

it("spreads retries over half of a growing wait that has an end", () => {
  expect([0, 1, 2, 30].map((attempt) => backoff(attempt, () => 0))).toEqual([150, 300, 600, 5_000]);
  expect([0, 1, 2, 30].map((attempt) => backoff(attempt, () => 1))).toEqual([300, 600, 1_200, 10_000]);
});
