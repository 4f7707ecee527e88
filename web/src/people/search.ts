import type { Person } from "../api/types";

const fold = (text: string): string => text.normalize("NFD").replace(/\p{M}/gu, "").toLowerCase();

/** Whether every word of `text` begins a word of what is known of the person, whatever the accents. */
export function matches(person: Person, text: string): boolean {
  const known = fold([person.display_name, person.name, person.title, person.extension].filter(Boolean).join(" ")).split(/[\s._-]+/);
  return fold(text)
    .split(/\s+/)
    .filter(Boolean)
    .every((word) => known.some((each) => each.startsWith(word)));
}

/** The number somebody typed, without the spaces and dashes people write; null if it is not one. */
export function dialable(text: string): string | null {
  const number = text.replace(/[\s().\-/]/g, "");
  return /^\+?[0-9*#]{2,20}$/.test(number) ? number : null;
}
