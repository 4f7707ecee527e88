// What axe finds on the page somebody looks at.
import { AxeBuilder } from "@axe-core/playwright";
import type { Person } from "./browser.ts";

/** What axe calls serious or critical, one line each. */
export async function faults(person: Person): Promise<string[]> {
  // Colours are judged at rest, not in the middle of a fade.
  await person.page.evaluate(() => Promise.all(document.getAnimations().filter((each) => each.effect?.getComputedTiming().endTime !== Infinity).map((each) => each.finished.catch(() => {}))));
  const { violations } = await new AxeBuilder({ page: person.page }).analyze();
  return violations
    .filter((each) => each.impact === "serious" || each.impact === "critical")
    .flatMap((each) => each.nodes.map((node) => `${each.id} (${each.impact}): ${node.target.join(" ")} ${node.html.slice(0, 160)} ${node.any[0]?.message ?? node.all[0]?.message ?? ""}`));
}
