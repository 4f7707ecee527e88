import { expect, test } from "vitest";
import { draftOf, missingOf, settingsOf } from "./trunk";

test("a trunk is written and read back the same", () => {
  const out = { host: "sip.carrier.example", port: 5061, transport: "tcp" as const, username: "tandem", shows: "+15550100", dials: "digits" as const, asserts: true, emergency: ["112", "110"], priority: 3, weight: 10 };
  const trunk = { name: "main", network: "192.0.2.0/24", out, has_secret: true };
  expect(settingsOf(draftOf(trunk))).toEqual({ network: "192.0.2.0/24", out });
  expect(settingsOf({ ...draftOf(trunk), secret: "another" })).toEqual({ network: "192.0.2.0/24", out, secret: "another" });
  expect(settingsOf({ ...draftOf(trunk), username: " ", secret: "another" }).secret).toBeUndefined();
  expect(settingsOf({ ...draftOf(trunk), goesOut: false })).toEqual({ network: "192.0.2.0/24" });
});

test("what is missing is found in the order of the form", () => {
  const draft = { ...draftOf(undefined), name: "main", host: "192.0.2.1" };
  expect(missingOf(draft)).toBeUndefined();
  expect(missingOf({ ...draft, name: " " })).toBe("name");
  expect(missingOf({ ...draft, host: "" })).toBe("host");
  expect(missingOf({ ...draft, host: "", goesOut: false })).toBeUndefined();
  for (const port of ["0", "65536", "x", ""]) expect(missingOf({ ...draft, port })).toBe("port");
  expect(missingOf({ ...draft, weight: "-1" })).toBe("weight");
});
