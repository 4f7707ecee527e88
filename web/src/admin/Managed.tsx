import { m } from "../messages";

/** That another system keeps something up, and would undo what is changed here. */
export function Managed({ provisioned }: { provisioned: boolean | undefined }) {
  if (!provisioned) return null;
  return (
    <span className="rounded-full bg-selected px-2 py-0.5 text-xs font-medium whitespace-nowrap text-accent-text" title={m.admin.managedHint}>
      {m.admin.byScim}
    </span>
  );
}
