import { keepPreviousData, useInfiniteQuery } from "@tanstack/react-query";
import { useNavigate, useSearch } from "@tanstack/react-router";
import { ScrollText, Search } from "lucide-react";
import { useState, type FormEvent } from "react";
import { queries } from "../api/queries";
import type { AuditEntry, Person } from "../api/types";
import { m } from "../messages";
import { usePeople } from "../session/me";
import { Button } from "../ui/Button";
import { cx } from "../ui/cx";
import { Field, inputClass, Select } from "../ui/fields";
import { PagedTable } from "../ui/PagedTable";
import { Empty } from "../ui/states";
import type { Column } from "../ui/Table";
import { formatFull } from "../ui/time";
import { EntryDrawer } from "./EntryDrawer";
import { queryOf, TOPICS, type AuditFilter, type Topic } from "./model";
import { Subject, Who } from "./Parties";

/** Who changed what, when and from where. Which entries are shown, and which one is open, is in the address. */
export function AuditAdmin() {
  const filter: AuditFilter = useSearch({ from: "/signed-in/admin" });
  const navigate = useNavigate({ from: "/admin" });
  const people = usePeople();
  const { entry: open, ...which } = filter;
  const entries = useInfiniteQuery({ ...queries.audit(queryOf(which)), placeholderData: keepPreviousData });
  const isFiltered = [which.q, which.what, which.who, which.from, which.to].some(Boolean);
  const change = (next: AuditFilter) => void navigate({ search: (now) => ({ ...now, ...next }), replace: true });
  return (
    <section aria-label={m.audit.title} className="flex flex-col gap-4">
      <Filters filter={which} people={people} change={change} isFiltered={isFiltered} />
      <PagedTable
        pages={entries}
        label={m.audit.title}
        columns={columns(people, (entry) => change({ entry: entry.seq }))}
        id={({ seq }) => String(seq)}
        testId="audit-row"
        awaited={6}
        empty={
          <Empty icon={<ScrollText />} title={isFiltered ? m.audit.noneLike : m.audit.none}>
            {isFiltered ? m.audit.noneLikeHint : m.audit.noneHint}
          </Empty>
        }
        more={{ name: m.audit.more, testId: "audit-more" }}
      />
      {open !== undefined && <EntryDrawer key={open} seq={open} people={people} close={() => change({ entry: undefined })} />}
    </section>
  );
}

interface FiltersProps {
  filter: AuditFilter;
  people: readonly Person[];
  change: (next: AuditFilter) => void;
  isFiltered: boolean;
}

function Filters({ filter, people, change, isFiltered }: FiltersProps) {
  const [text, setText] = useState(filter.q ?? "");
  const search = (event: FormEvent) => {
    event.preventDefault();
    change({ q: text.trim() || undefined });
  };
  return (
    <form role="search" aria-label={m.audit.search} onSubmit={search} className="grid grid-cols-1 items-end gap-3 min-[420px]:grid-cols-2 lg:flex lg:flex-wrap">
      <div className="relative col-span-full lg:min-w-64 lg:grow">
        <Search aria-hidden className="pointer-events-none absolute top-2.5 left-3 size-4 text-faint" />
        <input
          type="search"
          value={text}
          maxLength={120}
          aria-label={m.audit.text}
          placeholder={m.audit.text}
          data-testid="audit-text"
          onChange={(event) => setText(event.target.value)}
          className={cx(inputClass, "h-9 pl-8.5")}
        />
      </div>
      <Select label={m.audit.what} value={filter.what ?? ""} data-testid="audit-what" onChange={(event) => change({ what: (event.target.value || undefined) as Topic | undefined })}>
        <option value="">{m.audit.anything}</option>
        {TOPICS.map((topic) => (
          <option key={topic} value={topic}>
            {m.audit.topics[topic]}
          </option>
        ))}
      </Select>
      <Select label={m.audit.who} value={filter.who ?? ""} data-testid="audit-who" onChange={(event) => change({ who: event.target.value || undefined })}>
        <option value="">{m.audit.anybody}</option>
        <option value="system">{m.audit.server}</option>
        {people.map(({ id, display_name }) => (
          <option key={id} value={id}>
            {display_name}
          </option>
        ))}
      </Select>
      <Field label={m.audit.from} type="date" value={filter.from ?? ""} max={filter.to} data-testid="audit-from" onChange={(event) => change({ from: event.target.value || undefined })} />
      <Field label={m.audit.to} type="date" value={filter.to ?? ""} min={filter.from} data-testid="audit-to" onChange={(event) => change({ to: event.target.value || undefined })} />
      <div className="flex gap-2 max-lg:col-span-full">
        <Button type="submit" data-testid="audit-search">
          {m.audit.search}
        </Button>
        {isFiltered && (
          <Button
            look="ghost"
            data-testid="audit-clear"
            onClick={() => {
              setText("");
              change({ q: undefined, what: undefined, who: undefined, from: undefined, to: undefined });
            }}
          >
            {m.audit.clear}
          </Button>
        )}
      </div>
    </form>
  );
}

const columns = (people: readonly Person[], show: (entry: AuditEntry) => void): Column<AuditEntry>[] => [
  { key: "what", name: m.audit.what, span: "all", cell: ({ what }) => m.audit.happened(what) },
  { key: "subject", name: m.audit.subject, span: "two", className: "max-w-72", cell: (entry) => <Subject entry={entry} people={people} /> },
  { key: "who", name: m.audit.who, span: "two", className: "max-w-56", cell: ({ actor }) => <Who actor={actor} people={people} /> },
  {
    key: "when",
    name: m.audit.when,
    span: "two",
    className: "tabular whitespace-nowrap",
    cell: ({ at }) => <time dateTime={at}>{formatFull(at)}</time>,
  },
  { key: "where", name: m.audit.where, span: "two", className: "tabular wrap-anywhere", cell: ({ address }) => address },
  {
    key: "actions",
    name: <span className="sr-only">{m.audit.actions}</span>,
    action: true,
    className: "text-right",
    cell: (entry) => (
      <Button size="small" data-testid="audit-show" aria-label={m.audit.showLabel(m.audit.happened(entry.what), formatFull(entry.at))} onClick={() => show(entry)}>
        {m.audit.show}
      </Button>
    ),
  },
];
