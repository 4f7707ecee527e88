import { expect, test } from "vitest";
import { fresh, missingOf, rulesOf, settingsOf, wordsOf } from "./providers";

test("what a provider is set to comes back without what is not set", () => {
  const provider = { ...fresh, id: "1", has_secret: true, created_at: 1, changed_at: 2 };
  expect(settingsOf(provider as never)).toEqual(fresh);
});

test("what is half written is dropped", () => {
  expect(rulesOf([{ group: " leads ", roles: ["admin"] }, { group: "", roles: ["agent"] }, { group: "x", roles: [] }])).toEqual([{ group: "leads", roles: ["admin"] }]);
  expect(wordsOf(" acme.example,\nacme.example; b.example ")).toEqual(["acme.example", "b.example"]);
});

test("the first thing that is missing is said", () => {
  expect(missingOf(fresh)).toBe("name");
  const full = { ...fresh, name: "Acme", issuer: "https://id", client_id: "us" };
  expect(missingOf(full)).toBeUndefined();
  expect(missingOf({ ...full, roles: [] })).toBe("roles");
});
