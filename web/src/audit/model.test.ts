import { expect, test } from "vitest";
import type { Person } from "../api/types";
import { m } from "../messages";
import { changesOf, queryOf, readFilter, subjectName, TOPICS } from "./model";

const text = (value: string) => ({ kind: "text", text: value });
const none = { kind: "none" };
const hidden = { redacted: true };

test("only what is not as it was is shown", () => {
  const before = { name: "Sales", members: ["a", "b"], wrap_up: { mode: "optional", seconds: 30 }, text: null };
  const after = { name: "Sales", members: ["a"], wrap_up: { mode: "optional", seconds: 60 }, text: null };
  expect(changesOf(before, after)).toEqual([
    { field: "members", before: text("a\nb"), after: text("a") },
    { field: "wrap_up.seconds", before: text("30"), after: text("60") },
  ]);
  expect(changesOf(after, after)).toEqual([]);
});

test("what is new or gone is shown whole, but for what is empty", () => {
  expect(changesOf(null, { name: "Sales", title: null, skills: [], on: false })).toEqual([
    { field: "name", before: none, after: text("Sales") },
    { field: "on", before: none, after: text("false") },
  ]);
  expect(changesOf({ name: "Sales" }, null)).toEqual([{ field: "name", before: text("Sales"), after: none }]);
  expect(changesOf(null, null)).toEqual([]);
});

test("a secret that was replaced is said to be, and what is too long too", () => {
  expect(changesOf({ password: hidden }, { password: hidden })).toEqual([{ field: "password", before: { kind: "hidden" }, after: { kind: "hidden" } }]);
  expect(changesOf({ text: { bytes: 9, sha256: "a" } }, { text: { bytes: 9, sha256: "b" } })).toEqual([
    { field: "text", before: { kind: "long", bytes: 9 }, after: { kind: "long", bytes: 9 } },
  ]);
});

test("what the address says is taken only where it says something", () => {
  expect(readFilter({ q: "night", what: "role.", who: "system", from: "2026-03-01", to: "2026-03-31", entry: "7" })).toEqual({
    q: "night",
    what: "role.",
    who: "system",
    from: "2026-03-01",
    to: "2026-03-31",
    entry: 7,
  });
  for (const wrong of [{}, { q: "", what: "rolex", from: "yesterday", to: "2026-99-99", entry: "x" }, { entry: "-1", from: 7 }]) {
    expect(Object.values(readFilter(wrong)).filter((value) => value !== undefined)).toEqual([]);
  }
});

test("the last day counts whole", () => {
  const { from, until } = queryOf({ from: "2026-03-05", to: "2026-03-05" });
  expect(Date.parse(until ?? "") - Date.parse(from ?? "")).toBe(86_400_000);
  expect(queryOf({})).toEqual({ query: undefined, what: undefined, actor: undefined, from: undefined, until: undefined });
});

test("somebody is called as they were called then", () => {
  const people = [{ id: "1", display_name: "Ada Admin" } as Person];
  expect(subjectName({ subject: { kind: "person", id: "1", name: "Ada Before" } }, people)).toBe("Ada Before");
  expect(subjectName({ subject: { kind: "person", id: "1", name: null } }, people)).toBe("Ada Admin");
  expect(subjectName({ subject: { kind: "role", id: "1", name: null } }, people)).toBe("1");
});

test("each topic has a name, and what happened is said in words", () => {
  expect(TOPICS.map((topic) => m.audit.topics[topic]).filter(Boolean)).toHaveLength(TOPICS.length);
  expect(m.audit.happened("person.roles.changed")).toBe("Roles changed");
  expect(m.audit.happened("something.new")).toBe("something.new");
});
