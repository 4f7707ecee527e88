import { createHash } from "node:crypto";

/** The examples' own. */
const NAMESPACE = Buffer.from("5f0b6a0e8c1d4d7c9e4b3a1f27c6d5e8", "hex");

/** The UUID of a name, the same each time (version 5, RFC 9562). */
export function uuidOf(name) {
  const bytes = createHash("sha1").update(NAMESPACE).update(name).digest().subarray(0, 16);
  bytes[6] = (bytes[6] & 0x0f) | 0x50;
  bytes[8] = (bytes[8] & 0x3f) | 0x80;
  return bytes.toString("hex").replace(/^(.{8})(.{4})(.{4})(.{4})/, "$1-$2-$3-$4-");
}
