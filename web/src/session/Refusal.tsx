import { Problem } from "../api/client";
import { describe } from "../ui/states";

/** Why the server refused, above a form. */
export const Refusal = ({ error }: { error: unknown }) => (
  <p role="alert" className="rounded-lg bg-bad-soft px-3 py-2 text-bad-text" data-testid="refusal">
    {reason(error)}
  </p>
);

/** What is wrong with which field, where the server says so. */
function reason(error: unknown): string {
  const faults = error instanceof Problem ? (error.body.errors ?? []) : [];
  return faults.map((fault) => `${fault.field}: ${fault.message}`).join("; ") || describe(error);
}
