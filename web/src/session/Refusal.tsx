import { Problem } from "../api/client";
import { describe } from "../ui/states";

interface Props {
  error: unknown;
  /** Which fields say by themselves what is wrong with them; without it, none. Where all do, nothing is said here. */
  shown?: (field: string) => boolean;
}

/** Why the server refused, above a form: what is wrong with which field, where it says so. */
export function Refusal({ error, shown }: Props) {
  const faults = error instanceof Problem ? (error.body.errors ?? []) : [];
  const elsewhere = faults.filter(({ field }) => !shown?.(field));
  if (faults.length > 0 && elsewhere.length === 0) return null;
  return (
    <p role="alert" className="rounded-lg bg-bad-soft px-3 py-2 text-bad-text" data-testid="refusal">
      {elsewhere.map(({ field, message }) => `${field}: ${message}`).join("; ") || describe(error)}
    </p>
  );
}
