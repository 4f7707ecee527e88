// Themes and widths in which pages are looked at, and what is looked for.
import { expect } from "@playwright/test";
import { faults } from "./axe.ts";
import type { Person } from "./browser.ts";
import { ON_CLUSTER } from "./server.ts";

/** All of them on one process. How a page looks does not depend on how many processes serve it, so one is enough on the cluster. */
export const looks = <Look>(all: readonly Look[]): readonly Look[] => (ON_CLUSTER ? all.slice(0, 1) : all);

/** Axe finds nothing serious, and nothing is wider than the window. */
export async function looksRight(person: Person): Promise<void> {
  expect(await faults(person)).toEqual([]);
  expect(await person.page.evaluate(() => document.documentElement.scrollWidth <= innerWidth)).toBe(true);
}
