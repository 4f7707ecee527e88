// Standard Webhooks: who sent a message, and when.
import { createHmac, timingSafeEqual } from "node:crypto";

const TOLERANCE_SECONDS = 5 * 60;

/** The key in a secret as the server gives it, `whsec_` and base64. */
export function keyOf(secret) {
  const key = Buffer.from(secret.replace(/^whsec_/, ""), "base64");
  if (!secret.startsWith("whsec_") || key.length < 16) throw new Error("the webhook's secret begins with whsec_");
  return key;
}

/** What is wrong with a message; nothing when `key` signed it within the last minutes. */
export function fault(key, headers, body) {
  const { "webhook-id": id, "webhook-timestamp": timestamp, "webhook-signature": signatures } = headers;
  if (!id || !timestamp || !signatures) return "not signed";
  // A message that somebody recorded must not count for ever; nor one of the future, which would count for longer.
  if (!(Math.abs(Date.now() / 1000 - Number(timestamp)) <= TOLERANCE_SECONDS)) return "too old";
  const right = createHmac("sha256", key).update(`${id}.${timestamp}.`).update(body).digest();
  // Several while a secret is replaced.
  const matches = signatures.split(" ").some((signature) => {
    const given = signature.startsWith("v1,") ? Buffer.from(signature.slice(3), "base64") : Buffer.alloc(0);
    return given.length === right.length && timingSafeEqual(given, right);
  });
  return matches ? undefined : "signed by somebody else";
}
