import { expect, it } from "vitest";
import type { Node } from "../api/types";
import { addresses, mayDiscard, mayRetry, unserved } from "./model";

const node = (change: Partial<Node>): Node => ({
  id: "1", name: "one", roles: [], links: null, http: null, sip: null, media: null, version: "0.1.0", draining: false,
  load: { calls: 0, endpoints: 0 }, ...change,
});

it("names the roles nobody takes new work for", () => {
  expect(unserved([node({ roles: ["edge", "sip", "media", "engine", "worker"] })])).toEqual([]);
  expect(unserved([node({ roles: ["edge", "sip", "engine"] }), node({ roles: ["media", "worker"], draining: true })])).toEqual(["media", "worker"]);
});

it("lists only the addresses a node has", () => {
  expect(addresses(node({ links: "10.0.0.1:7000", http: "10.0.0.1:8080" }))).toEqual([
    { way: "http", address: "10.0.0.1:8080" },
    { way: "links", address: "10.0.0.1:7000" },
  ]);
  expect(addresses(node({}))).toEqual([]);
});

it("offers for a job what the server takes in its state", () => {
  const states = ["waiting", "running", "done", "dead", "discarded"] as const;
  expect(states.filter((state) => mayRetry({ state }))).toEqual(["dead", "discarded"]);
  expect(states.filter((state) => mayDiscard({ state }))).toEqual(["waiting", "dead"]);
});
