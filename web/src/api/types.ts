/** What crosses the wire: the SDK's types, and what only this client knows. */
export type * from "@tandem/sdk";

/** The permissions the client looks at. */
export type Permission =
  | "people:read"
  | "chat:use"
  | "call:use"
  | "call:supervise"
  | "agent:on_queue"
  | "queue:read"
  | "queue:supervise"
  | "job:manage"
  | "node:view"
  | "people:write"
  | "role:write"
  | "division:write"
  | "client:read"
  | "client:write"
  | "webhook:manage"
  | "audit:read"
  | "signin:manage"
  | "phone:write"
  | "trunk:manage"
  | "flow:read";

/** Which entries of the audit to look at. */
export interface AuditQuery {
  query?: string | undefined;
  what?: string | undefined;
  actor?: string | undefined;
  from?: string | undefined;
  until?: string | undefined;
}
