import { describe, expect, test } from "vitest";
import { signInAt, typedElsewhere } from "./elsewhere";

describe("signing in in another region", () => {
  test("takes along what was typed, in the fragment alone", () => {
    const typed = { name: "ann & bob", org: "Café #1" };
    const page = new URL(signInAt("https://eu.example:8443", typed, "/chats/1?x=2") ?? "");
    expect(page.origin + page.pathname).toBe("https://eu.example:8443/signin");
    expect([...page.searchParams]).toEqual([["to", "/chats/1?x=2"]]);
    expect(typedElsewhere(page.hash)).toEqual(typed);
  });

  test("goes to servers alone", () => {
    for (const address of [undefined, null, "", "eu.example", "javascript:alert(1)"]) {
      expect(signInAt(address, { name: "", org: "" })).toBeUndefined();
    }
  });

  test("is as empty as ever where nothing was typed", () => {
    expect(typedElsewhere("")).toEqual({ name: "", org: "" });
    expect(typedElsewhere("#other=1")).toEqual({ name: "", org: "" });
  });
});
