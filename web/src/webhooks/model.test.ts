import { expect, test } from "vitest";
import type { DeliveryState, WebhookState } from "../api/types";
import { m } from "../messages";
import { faultsOf, healthOf, kindsOf, kindsText, mayDiscard, settingsOf } from "./model";

test.each([
  ["", []],
  [" \n , ;", []],
  ["call.*", ["call.*"]],
  ["call.*, chat.message.posted", ["call.*", "chat.message.posted"]],
  ["call.*\nchat.*\r\n\n  queue.changed ;job.*", ["call.*", "chat.*", "queue.changed", "job.*"]],
  ["call.* call.*,call.*", ["call.*"]],
])("kinds out of %j", (text, kinds) => {
  expect(kindsOf(text)).toEqual(kinds);
});

test("kinds come back as they went", () => {
  for (const kinds of [[], ["*"], ["call.*", "chat.message.posted"]]) expect(kindsOf(kindsText(kinds))).toEqual(kinds);
});

test("one that is refused is failing, unless it rests or was given up", () => {
  const failing_since = "2026-11-28T09:00:00.000000Z";
  expect(healthOf({ state: "active", failing_since: null })).toBe("active");
  expect(healthOf({ state: "active", failing_since })).toBe("failing");
  expect(healthOf({ state: "paused", failing_since })).toBe("paused");
  expect(healthOf({ state: "suspended", failing_since })).toBe("suspended");
});

test("states differ in words", () => {
  const webhooks: WebhookState[] = ["active", "paused", "suspended"];
  const words = [...webhooks.map((state) => m.webhooks.states[healthOf({ state, failing_since: null })]), m.webhooks.states.failing];
  expect(new Set(words).size).toBe(4);
  const deliveries: DeliveryState[] = ["delivered", "set_aside", "waiting", "discarded"];
  expect(new Set(deliveries.map((state) => m.webhooks.deliveryStates[state])).size).toBe(4);
});

test("only what is not over can be discarded", () => {
  const may = (["delivered", "set_aside", "waiting", "discarded"] as const).filter((state) => mayDiscard({ state }));
  expect(may).toEqual(["set_aside", "waiting"]);
});

test("what was given up is not set to rest", () => {
  const webhook = {
    id: "1", name: "CRM", url: "https://a.example/", kinds: ["call.*"], user: "2", reason: null, seen: "0-0", failing_since: null, attempts: 0,
    next_try_at: null, error: null, created_at: "", changed_at: "",
  };
  const settings = { name: "CRM", url: "https://a.example/", kinds: ["call.*"] };
  expect(settingsOf({ ...webhook, state: "active" })).toEqual({ ...settings, paused: false });
  expect(settingsOf({ ...webhook, state: "paused" })).toEqual({ ...settings, paused: true });
  expect(settingsOf({ ...webhook, state: "suspended" })).toEqual({ ...settings, paused: false });
});

test("what the server says is wrong stands at its field", () => {
  expect(faultsOf(undefined)).toEqual({});
  expect(faultsOf([{ field: "url", message: "Only https." }])).toEqual({ url: "Only https." });
  expect(
    faultsOf([
      { field: "/kinds/0", message: "No such kind." },
      { field: "kinds[2]", message: "Too long." },
      { field: "", message: "All of it." },
      { field: "urls", message: "Unknown." },
    ]),
  ).toEqual({ kinds: "No such kind. Too long." });
});
