import { expect, test } from "vitest";
import { isRoleName, mayGive, roleName } from "./model";

test.each([
  ["Night shift", "night-shift"],
  ["  2nd level (Zürich) ", "nd-level-zurich"],
  ["夜勤", ""],
  ["x".repeat(80), "x".repeat(64)],
])("a role's short name out of %j", (title, name) => {
  expect(roleName(title)).toBe(name);
  if (name) expect(isRoleName(name)).toBe(true);
});

test("what cannot name a role", () => {
  for (const wrong of ["", "Night", "2nd", "a b", "-a", "é", "x".repeat(65)]) expect(isRoleName(wrong), wrong).toBe(false);
});

test("nobody gives what they do not hold", () => {
  expect(mayGive(["chat:use", "call:use"], { permissions: ["chat:use"] })).toBe(true);
  expect(mayGive(["chat:use"], { permissions: ["chat:use", "call:use"] })).toBe(false);
});
