import type { Cursor } from "./types.js";

/** Orders two cursors: negative when `a` is before `b`. The server calls them opaque, but a client that drops repeats must order them. */
export function compareCursors(a: Cursor, b: Cursor): number {
  const [ax, ap] = parts(a);
  const [bx, bp] = parts(b);
  if (ax !== bx) return ax < bx ? -1 : 1;
  return ap < bp ? -1 : Number(ap > bp);
}

function parts(cursor: Cursor): [bigint, bigint] {
  const dash = cursor.indexOf("-");
  return [BigInt(cursor.slice(0, dash)), BigInt(cursor.slice(dash + 1))];
}
