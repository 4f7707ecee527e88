import { expect, it } from "vitest";
import type { Person } from "../api/types";
import { dialable, matches } from "./search";

const person: Person = {
  id: "1", name: "luis.f", display_name: "Luís Ferreira", title: "Field service", extension: "1014", email: null, roles: [], grants: [], division: "1", active: true, erased: false,
  provisioned: false,
  presence: { primary: "available", message: null, activity: null, since: "" },
};

it("finds people by the beginnings of their words, without minding accents", () => {
  for (const text of ["", "luis", "Ferr lu", "field", "1014"]) expect(matches(person, text), text).toBe(true);
  for (const text of ["erreira", "luis x"]) expect(matches(person, text), text).toBe(false);
});

it("takes numbers as people write them, and nothing else", () => {
  expect(dialable("+49 (30) 123-456")).toBe("+4930123456");
  expect(dialable("*21#")).toBe("*21#");
  for (const text of ["", "1", "bob", "12a", "++49"]) expect(dialable(text), text).toBeNull();
});
