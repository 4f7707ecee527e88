/** Tandem's API for programs and pages. `Tandem` is where to begin. */
export { backoff } from "./backoff.js";
export { Connection, type ConnectionOptions, type ConnectionState, type Start, type Wire } from "./connection.js";
export { compareCursors } from "./cursor.js";
export type { FollowOptions } from "./follow.js";
export { etagOf, type HttpOptions, type QueryValues, type RequestOptions, type TokenSource } from "./http.js";
export { TandemProblem } from "./problem.js";
export type { StreamOptions } from "./stream.js";
export type { components, operations, paths } from "./schema.js";
export type { Answer, Body, Item, Operation, Page, Query } from "./shapes.js";
export { Tandem, type RawRequest, type TandemOptions, type WebSocketClass } from "./tandem.js";
export type * from "./types.js";
export { uuid } from "./uuid.js";
