import { expect, test } from "vitest";
import { addresses, faultOf, isRoleName, roleName } from "./model";

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

test("addresses are one a line", () => {
  expect(addresses(" https://a.example/cb \n\nhttp://127.0.0.1/cb\n")).toEqual(["https://a.example/cb", "http://127.0.0.1/cb"]);
});

test("what a program is missing is named", () => {
  const whole = { name: "CRM", confidential: true, redirect_uris: ["https://a.example"], grant_types: ["authorization_code" as const], scopes: ["chat:use"], roles: [] };
  expect(faultOf(whole)).toBeUndefined();
  expect(faultOf({ ...whole, name: "" })).toBe("name");
  expect(faultOf({ ...whole, grant_types: [] })).toBe("grant_types");
  expect(faultOf({ ...whole, grant_types: ["refresh_token"] })).toBe("grant_types");
  expect(faultOf({ ...whole, redirect_uris: [] })).toBe("redirect_uris");
  expect(faultOf({ ...whole, grant_types: ["client_credentials"] })).toBe("roles");
  expect(faultOf({ ...whole, scopes: [] })).toBe("scopes");
});
