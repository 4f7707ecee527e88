import { useQuery } from "@tanstack/react-query";
import type { ReactNode } from "react";
import { queries } from "../api/queries";
import type { AuditDetails, Person } from "../api/types";
import { m } from "../messages";
import { Dialog, DialogHeader } from "../ui/Dialog";
import { Failure, SkeletonRows } from "../ui/states";
import { formatFull } from "../ui/time";
import { changesOf, type Value } from "./model";
import { Subject, Who } from "./Parties";

/** One entry: who, what, when, from where, and each field as it was and as it is. */
export function EntryDrawer({ seq, people, close }: { seq: number; people: readonly Person[]; close: () => void }) {
  const entry = useQuery(queries.auditEntry(seq));
  const title = entry.data ? m.audit.happened(entry.data.what) : m.audit.number(seq);
  return (
    <Dialog open onClose={close} label={title} shape="drawer" className="sm:min-w-[36rem] lg:min-w-[46rem]">
      <DialogHeader title={title} onClose={close} />
      {/* A region that scrolls is reached by keyboard too. */}
      {/* oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex */}
      <div tabIndex={0} role="region" aria-label={title} className="h-[calc(100dvh-4rem)] overflow-y-auto p-5 -outline-offset-2" data-testid="audit-entry">
        {entry.isPending ? (
          <SkeletonRows count={4} />
        ) : entry.isError ? (
          <Failure error={entry.error} retry={() => void entry.refetch()} />
        ) : (
          <Entry entry={entry.data} people={people} />
        )}
      </div>
    </Dialog>
  );
}

function Entry({ entry, people }: { entry: AuditDetails; people: readonly Person[] }) {
  const changes = changesOf(entry.before, entry.after);
  return (
    <div className="flex flex-col gap-5">
      <dl className="grid grid-cols-1 gap-x-6 gap-y-3 sm:grid-cols-2">
        <About name={m.audit.who}>
          <Who actor={entry.actor} people={people} />
        </About>
        <About name={m.audit.subject}>
          <Subject entry={entry} people={people} />
        </About>
        <About name={m.audit.when}>
          <time dateTime={entry.at}>{formatFull(entry.at)}</time>
        </About>
        <About name={m.audit.where}>{entry.address ?? m.audit.nowhere}</About>
        {entry.user_agent && <About name={m.audit.agent}>{entry.user_agent}</About>}
        {entry.request && <About name={m.audit.request}>{entry.request}</About>}
      </dl>
      {changes.length === 0 ? (
        <p className="text-soft">{m.audit.noFields}</p>
      ) : (
        <table aria-label={m.audit.fields} data-testid="audit-diff" className="w-full table-fixed border-collapse text-left">
          <thead>
            <tr className="border-b border-line text-xs text-soft">
              <th scope="col" className="w-1/4 py-2 pr-3 font-medium">
                {m.audit.field}
              </th>
              <th scope="col" className="py-2 pr-3 font-medium">
                {m.audit.before}
              </th>
              <th scope="col" className="py-2 font-medium">
                {m.audit.after}
              </th>
            </tr>
          </thead>
          <tbody>
            {changes.map(({ field, before, after }) => (
              <tr key={field} data-field={field} className="border-b border-line align-top last:border-0">
                <th scope="row" className="py-2 pr-3 font-medium wrap-anywhere">
                  {m.audit.fieldName(field)}
                </th>
                <td data-cell="before" className="py-2 pr-3">
                  <Shown value={before} look="bg-bad-soft text-bad-text" />
                </td>
                <td data-cell="after" className="py-2">
                  <Shown value={after} look="bg-good-soft text-good-text" />
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      )}
      <p className="text-xs wrap-anywhere text-soft">{m.audit.chained(entry.seq, entry.hash)}</p>
    </div>
  );
}

const About = ({ name, children }: { name: string; children: ReactNode }) => (
  <div className="min-w-0">
    <dt className="text-xs text-soft">{name}</dt>
    <dd className="wrap-anywhere">{children}</dd>
  </div>
);

function Shown({ value, look }: { value: Value; look: string }) {
  switch (value.kind) {
    case "none":
      return <span className="text-soft">{m.audit.nothing}</span>;
    case "hidden":
      return <span className="text-soft">{m.audit.hidden}</span>;
    case "long":
      return <span className="text-soft">{m.audit.long(value.bytes)}</span>;
    case "text":
      return <span className={`inline-block rounded-md px-1.5 py-0.5 wrap-anywhere whitespace-pre-wrap ${look}`}>{value.text}</span>;
  }
}
