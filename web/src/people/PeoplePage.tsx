import { useQuery } from "@tanstack/react-query";
import { Link, useMatch } from "@tanstack/react-router";
import { Search, Users, UserSearch } from "lucide-react";
import { useMemo, useState } from "react";
import { queries } from "../api/queries";
import type { Person } from "../api/types";
import { m } from "../messages";
import { ListDetail, ListHeader } from "../shell/ListDetail";
import { PersonAvatar } from "../ui/Avatar";
import { cx } from "../ui/cx";
import { inputClass } from "../ui/fields";
import { Empty, Failure, SkeletonRows } from "../ui/states";
import { matches } from "./search";

export function PeoplePage() {
  const match = useMatch({ from: "/signed-in/people/$person", shouldThrow: false });
  const chosen = match?.params.person;
  return <ListDetail label={m.people.title} chosen={!!chosen} list={<PeopleList chosen={chosen} />} />;
}

export const NoPerson = () => (
  <Empty icon={<Users />} title={m.people.pick}>
    {m.people.pickHint}
  </Empty>
);

function PeopleList({ chosen }: { chosen: string | undefined }) {
  const [text, setText] = useState("");
  const people = useQuery(queries.people);
  const shown = useMemo(() => sorted((people.data ?? []).filter((person) => person.active && matches(person, text))), [people.data, text]);
  return (
    <>
      <ListHeader title={m.people.title}>
        <span className="pr-1.5 text-sm text-faint">{people.data && m.people.count(shown.length)}</span>
      </ListHeader>
      <div className="relative px-3 pb-2">
        <Search aria-hidden className="pointer-events-none absolute top-2.5 left-5.5 size-4 text-faint" />
        <input
          type="search"
          value={text}
          aria-label={m.people.filter}
          placeholder={m.people.filter}
          onChange={(event) => setText(event.target.value)}
          className={cx(inputClass, "h-9 pl-8.5")}
        />
      </div>
      <div className="min-h-0 grow overflow-y-auto px-2 pb-3">
        {people.isPending && <SkeletonRows />}
        {people.isError && <Failure error={people.error} retry={() => void people.refetch()} />}
        {people.data && shown.length === 0 && (
          <Empty icon={<UserSearch />} title={m.people.emptyTitle}>
            {m.people.emptyHint}
          </Empty>
        )}
        <ul>
          {shown.map((person) => (
            <li key={person.id}>
              <Link
                to="/people/$person"
                params={{ person: person.id }}
                aria-current={person.id === chosen ? "page" : undefined}
                data-testid={`person-${person.name}`}
                className={cx(
                  "flex items-center gap-3 rounded-xl px-2.5 py-2",
                  person.id === chosen ? "bg-selected" : "hover:bg-hover",
                )}
              >
                <PersonAvatar person={person} />
                <span className="min-w-0 grow">
                  <span className="block truncate font-medium">{person.display_name}</span>
                  <span className="block truncate text-sm text-soft">{m.presence.describe(person.presence)}</span>
                </span>
                {person.extension && <span className="tabular shrink-0 text-sm text-faint">{person.extension}</span>}
              </Link>
            </li>
          ))}
        </ul>
      </div>
    </>
  );
}

const collator = new Intl.Collator(undefined, { numeric: true });

/** Those who are there first, then by name. */
function sorted(people: Person[]): Person[] {
  const away = (person: Person) => Number(person.presence.primary === "offline");
  return people.toSorted((a, b) => away(a) - away(b) || collator.compare(a.display_name, b.display_name));
}
