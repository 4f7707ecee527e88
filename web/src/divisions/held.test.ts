import { expect, test } from "vitest";
import { heldBy, inWords, isSame, isWhole, mayGiveIn, toSet } from "./held";

const person = { roles: ["agent"], grants: [{ role: "supervisor", divisions: ["a", "b"] }] };

test("what somebody holds is read and written the same", () => {
  expect(heldBy(person)).toEqual({ agent: null, supervisor: ["a", "b"] });
  expect(toSet(heldBy(person))).toEqual(person);
});

test("a role that is held in no division is not held", () => {
  expect(isWhole({})).toBe(false);
  expect(isWhole({ agent: null, supervisor: [] })).toBe(false);
  expect(isWhole({ supervisor: ["a"] })).toBe(true);
});

test("neither the order of roles nor that of divisions matters", () => {
  expect(isSame({ supervisor: ["a", "b"], agent: null }, { agent: null, supervisor: ["b", "a"] })).toBe(true);
  expect(isSame({ supervisor: ["a"] }, { supervisor: null })).toBe(false);
});

test("nobody gives a role where they do not hold all of it", () => {
  const me = { permissions: ["chat:use", "queue:write"], divided: { "queue:write": ["a"] } };
  const role = { permissions: ["chat:use", "queue:write"] };
  expect(mayGiveIn(me, role, "a")).toBe(true);
  expect(mayGiveIn(me, role, "b")).toBe(false);
  expect(mayGiveIn(me, role, undefined)).toBe(false);
  expect(mayGiveIn(me, { permissions: ["people:write"] }, "a")).toBe(false);
});

test("divisions are called by their names", () => {
  const all = [{ id: "a", name: "Europe", home: false, things: {} }];
  expect(inWords("Supervisor", ["a", "b"], all, "another")).toBe("Supervisor (Europe, another)");
  expect(inWords("Supervisor", null, all, "another")).toBe("Supervisor");
});
