import { useQuery } from "@tanstack/react-query";
import { MailPlus, Search, UserSearch } from "lucide-react";
import { useMemo, useState } from "react";
import { queries } from "../api/queries";
import type { Division, DivisionId, Person, RoleInfo } from "../api/types";
import { DivisionPicker, useDivisions } from "../divisions/DivisionPicker";
import { heldBy, inWords } from "../divisions/held";
import { m } from "../messages";
import { matches } from "../people/search";
import { useMay } from "../session/me";
import { Button } from "../ui/Button";
import { cx } from "../ui/cx";
import { inputClass } from "../ui/fields";
import { Empty, Failure, SkeletonRows } from "../ui/states";
import { Table, type Column } from "../ui/Table";
import { Managed } from "./Managed";
import { titleOf } from "./model";
import { Invitations } from "./Invitations";
import { InviteDrawer } from "./InviteDrawer";
import { PersonDrawer } from "./PersonDrawer";

const badge = "rounded-full px-2 py-0.5 text-xs font-medium whitespace-nowrap";

/** Everybody's account, those who may not sign in any more included. */
export function PeopleAdmin() {
  const people = useQuery(queries.people);
  const roles = useQuery(queries.roles);
  const [text, setText] = useState("");
  const divisions = useDivisions();
  const [division, setDivision] = useState<DivisionId>();
  const [shown, setShown] = useState<string>();
  const [inviting, setInviting] = useState(false);
  const mayWrite = useMay()("people:write");
  const rows = useMemo(
    () => (people.data ?? []).filter((person) => matches(person, text) && (!division || person.division === division)),
    [people.data, text, division],
  );
  if (people.isPending) return <SkeletonRows count={4} />;
  if (people.isError) return <Failure error={people.error} retry={() => void people.refetch()} />;
  return (
    <div className="flex flex-col gap-4">
      <DivisionPicker label={m.divisions.division} any={m.divisions.all} value={division} onChange={setDivision} testId="admin-division" />
      <div className="flex flex-wrap items-center justify-between gap-3">
        <div className="relative w-full max-w-sm">
          <Search aria-hidden className="pointer-events-none absolute top-2.5 left-3 size-4 text-faint" />
          <input
            type="search"
            value={text}
            aria-label={m.admin.filter}
            placeholder={m.admin.filter}
            data-testid="admin-filter"
            onChange={(event) => setText(event.target.value)}
            className={cx(inputClass, "h-9 pl-8.5")}
          />
        </div>
        {mayWrite && (
          <Button icon={<MailPlus className="size-4" />} data-testid="invite" onClick={() => setInviting(true)}>
            {m.admin.invite}
          </Button>
        )}
      </div>
      {mayWrite && <Invitations />}
      {rows.length === 0 ? (
        <Empty icon={<UserSearch />} title={m.admin.nobody}>
          {m.admin.nobodyHint}
        </Empty>
      ) : (
        <Table label={m.admin.people} columns={columns(roles.data, divisions, (person) => setShown(person.id))} rows={rows} id={(person) => person.id} testId="account-row" />
      )}
      {inviting && <InviteDrawer close={() => setInviting(false)} />}
      <PersonDrawer key={shown} person={people.data.find((person) => person.id === shown)} close={() => setShown(undefined)} />
    </div>
  );
}

const columns = (roles: readonly RoleInfo[] | undefined, divisions: readonly Division[], edit: (person: Person) => void): Column<Person>[] => [
  { key: "name", name: m.admin.name, cell: (person) => person.display_name },
  { key: "login", name: m.admin.login, cell: (person) => person.name },
  {
    key: "roles",
    name: m.admin.rolesHeld,
    span: "two",
    cell: (person) =>
      Object.entries(heldBy(person))
        .map(([role, at]) => inWords(titleOf(roles, role), at, divisions, m.divisions.unseen))
        .join(", "),
  },
  {
    key: "state",
    name: m.admin.state,
    cell: ({ active }) => (
      <span className={cx(badge, active ? "bg-good-soft text-good-text" : "bg-hover text-soft")}>{active ? m.admin.active : m.admin.inactive}</span>
    ),
  },
  { key: "managed", name: m.admin.managed, cell: (person) => <Managed provisioned={person.provisioned} /> },
  {
    key: "actions",
    name: <span className="sr-only">{m.admin.actions}</span>,
    action: true,
    className: "text-right",
    cell: (person) => (
      <Button size="small" data-testid={`account-edit-${person.name}`} aria-label={m.admin.editLabel(person.display_name)} onClick={() => edit(person)}>
        {m.admin.edit}
      </Button>
    ),
  },
];
