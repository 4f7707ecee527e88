import { useMutation, useQuery } from "@tanstack/react-query";
import { X } from "lucide-react";
import { useState, type FormEvent, type ReactNode } from "react";
import { tandem } from "../api/client";
import { queries, queryClient } from "../api/queries";
import type { GroupInfo, Person } from "../api/types";
import { mayGiveIn } from "../divisions/held";
import { m } from "../messages";
import { matches } from "../people/search";
import { useMay, useMe } from "../session/me";
import { Button } from "../ui/Button";
import { Choices } from "../ui/Choices";
import { Dialog, DialogHeader } from "../ui/Dialog";
import { Field } from "../ui/fields";
import { describe, Failure, SkeletonRows } from "../ui/states";
import { toast, toastError } from "../ui/toasts";

/** People that are offered while somebody types a name. */
const OFFERED = 6;

const refresh = () => queryClient.invalidateQueries({ queryKey: ["groups"] });

interface Props {
  /** None: one to be made. */
  group: GroupInfo | undefined;
  show: (id: string) => void;
  close: () => void;
}

/** A group: its name, who is in it, and the roles it gives. */
export function GroupDrawer({ group, show, close }: Props) {
  const may = useMay();
  const heading = group?.name ?? m.admin.newGroup;
  return (
    <Dialog open onClose={close} label={heading} shape="drawer">
      <div className="flex h-full flex-col" data-testid="group-drawer">
        <DialogHeader title={heading} onClose={close} />
        {/* A region that scrolls is reached by keyboard too. */}
        {/* oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex */}
        <div tabIndex={0} role="region" aria-label={heading} className="flex min-h-0 grow flex-col gap-6 overflow-y-auto p-5 -outline-offset-2">
          {group?.provisioned && <p className="rounded-lg bg-hover px-3 py-2 text-soft">{m.admin.managedHint}</p>}
          {may("people:write") && <Name group={group} show={show} />}
          {group && <Members group={group} />}
          {group && may("role:write") && <Roles group={group} />}
        </div>
      </div>
    </Dialog>
  );
}

function Name({ group, show }: { group: GroupInfo | undefined; show: (id: string) => void }) {
  const [name, setName] = useState(group?.name ?? "");
  const [checked, setChecked] = useState(false);
  const save = useMutation({
    mutationFn: () => (group ? tandem.groups.update(group.id, { name: name.trim() }) : tandem.groups.create({ name: name.trim() })),
    onSuccess: async (saved) => {
      toast(m.admin.groupSaved(saved.name), "good");
      await refresh();
      show(saved.id);
    },
  });
  function submit(event: FormEvent) {
    event.preventDefault();
    setChecked(true);
    if (name.trim()) save.mutate();
  }
  return (
    <form noValidate onSubmit={submit} className="flex flex-col gap-3">
      <Field
        label={m.admin.groupName}
        name="name"
        maxLength={120}
        value={name}
        onChange={(event) => setName(event.target.value)}
        error={checked && !name.trim() ? m.signIn.missing : undefined}
      />
      {save.isError && <Refused>{describe(save.error)}</Refused>}
      <Button type="submit" look="primary" className="self-start" busy={save.isPending} disabled={!!group && name.trim() === group.name} data-testid="group-save">
        {m.admin.saveGroup}
      </Button>
    </form>
  );
}

function Members({ group }: { group: GroupInfo }) {
  const may = useMay();
  const members = useQuery(queries.groupMembers(group.id));
  if (members.isPending) return <SkeletonRows count={3} />;
  if (members.isError) return <Failure error={members.error} retry={() => void members.refetch()} />;
  const set = (user: string, isIn: boolean) =>
    void (isIn ? tandem.groups.members.update(group.id, user) : tandem.groups.members.remove(group.id, user)).then(refresh).catch(toastError);
  return (
    <section className="flex flex-col gap-2">
      <h3 className="text-sm font-medium">{m.admin.members}</h3>
      {members.data.length === 0 && <p className="text-soft">{m.admin.noMembers}</p>}
      <ul className="flex flex-col gap-1">
        {members.data.map((member) => (
          <li key={member.user} data-testid="group-member" className="flex min-h-9 items-center gap-2 rounded-lg bg-hover px-3">
            <span className="min-w-0 grow truncate">
              {member.display_name}
              {!member.active && <span className="text-soft"> · {m.admin.inactive}</span>}
            </span>
            {may("people:write") && (
              <Button
                size="small"
                look="ghost"
                aria-label={m.admin.takeOut(member.display_name)}
                icon={<X className="size-3.5" />}
                onClick={() => set(member.user, false)}
              />
            )}
          </li>
        ))}
      </ul>
      {may("people:write") && <Add inIt={new Set(members.data.map((member) => member.user))} add={(user) => set(user, true)} />}
    </section>
  );
}

function Add({ inIt, add }: { inIt: ReadonlySet<string>; add: (user: string) => void }) {
  const people = useQuery(queries.people);
  const [text, setText] = useState("");
  const fits = (person: Person) => person.active && !inIt.has(person.id) && matches(person, text);
  const found = text.trim() ? (people.data ?? []).filter(fits).slice(0, OFFERED) : [];
  return (
    <>
      <Field label={m.admin.addMember} name="member" type="search" autoComplete="off" value={text} onChange={(event) => setText(event.target.value)} />
      <ul className="flex flex-wrap gap-1.5">
        {found.map((person) => (
          <li key={person.id}>
            <Button
              size="small"
              data-testid={`group-add-${person.name}`}
              onClick={() => {
                setText("");
                add(person.id);
              }}
            >
              {person.display_name}
            </Button>
          </li>
        ))}
      </ul>
    </>
  );
}

function Roles({ group }: { group: GroupInfo }) {
  const roles = useQuery(queries.roles);
  const me = useMe();
  const [chosen, setChosen] = useState<string[]>(group.roles);
  const save = useMutation({
    mutationFn: (next: string[]) => tandem.groups.roles.set(group.id, { roles: next }),
    onSuccess: async () => {
      toast(m.admin.groupSaved(group.name), "good");
      await refresh();
    },
  });
  if (roles.isPending) return <SkeletonRows count={2} />;
  if (roles.isError) return <Failure error={roles.error} retry={() => void roles.refetch()} />;
  const choices = roles.data.map((role) => ({
    value: role.name,
    label: role.title,
    disabled: !mayGiveIn(me, role, undefined) && !group.roles.includes(role.name),
  }));
  const same = chosen.length === group.roles.length && chosen.every((role) => group.roles.includes(role));
  return (
    <form
      className="flex flex-col gap-3"
      onSubmit={(event) => {
        event.preventDefault();
        save.mutate(chosen);
      }}
    >
      <Choices label={m.admin.groupRoles} hint={m.admin.groupRolesHint} choices={choices} chosen={chosen} onChange={setChosen} testId="group-role" />
      {save.isError && <Refused>{describe(save.error)}</Refused>}
      <Button type="submit" look="primary" className="self-start" busy={save.isPending} disabled={same} data-testid="group-roles-save">
        {m.admin.saveRoles}
      </Button>
    </form>
  );
}

function Refused({ children }: { children: ReactNode }) {
  return (
    <p role="alert" className="rounded-lg bg-bad-soft px-3 py-2 text-bad-text">
      {children}
    </p>
  );
}
