import type { Job, Node, NodeRole } from "../api/types";

/** Every role, in the order in which a call meets them. */
export const ROLES: readonly NodeRole[] = ["edge", "sip", "media", "engine", "worker"];

/** Roles that no node takes new work for. */
export const unserved = (nodes: readonly Node[]): NodeRole[] =>
  ROLES.filter((role) => !nodes.some((node) => node.roles.includes(role) && !node.draining));

export type Way = "http" | "sip" | "media" | "links";
const WAYS: readonly Way[] = ["http", "sip", "media", "links"];

/** Where a node is reached, and for what. */
export const addresses = (node: Node): { way: Way; address: string }[] =>
  WAYS.flatMap((way) => {
    const address = node[way];
    return address === null ? [] : { way, address };
  });

export const mayRetry = ({ state }: Pick<Job, "state">): boolean => state === "dead" || state === "discarded";
export const mayDiscard = ({ state }: Pick<Job, "state">): boolean => state === "dead" || state === "waiting";
