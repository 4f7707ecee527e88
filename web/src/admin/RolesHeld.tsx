import { useMutation, useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { tandem } from "../api/client";
import { queries, queryClient } from "../api/queries";
import type { DivisionId, Person, RoleInfo } from "../api/types";
import { useDivisions } from "../divisions/DivisionPicker";
import { heldBy, isSame, isWhole, mayGiveIn, toSet, type Held } from "../divisions/held";
import { m } from "../messages";
import { useMe } from "../session/me";
import { Button } from "../ui/Button";
import { Choices } from "../ui/Choices";
import { Switch } from "../ui/fields";
import { describe, Failure, SkeletonRows } from "../ui/states";
import { toast } from "../ui/toasts";
import { titleOf } from "./model";

/** Which roles somebody holds, and in which divisions where there are several. */
export function RolesHeld({ person }: { person: Person }) {
  const roles = useQuery(queries.roles);
  const me = useMe();
  const divisions = useDivisions();
  const before = heldBy(person);
  const [held, setHeld] = useState<Held>(before);
  const save = useMutation({
    mutationFn: (next: Held) => tandem.people.roles.set(person.id, toSet(next)),
    onSuccess: async () => {
      toast(m.admin.rolesSaved(person.display_name), "good");
      await queryClient.invalidateQueries({ queryKey: ["people"] });
    },
  });
  if (roles.isPending) return <SkeletonRows count={2} />;
  if (roles.isError) return <Failure error={roles.error} retry={() => void roles.refetch()} />;

  const everywhere = (role: RoleInfo) => mayGiveIn(me, role, undefined);
  const places = (role: RoleInfo): DivisionId[] => divisions.flatMap(({ id }) => (mayGiveIn(me, role, id) ? [id] : []));
  const choices = roles.data.map((role) => ({
    value: role.name,
    label: role.title,
    disabled: !(role.name in before) && !everywhere(role) && places(role).length === 0,
  }));
  /** One that is chosen anew is held in all divisions, or where the caller may give it. */
  const choose = (names: string[]) => {
    const place = (name: string) => {
      if (name in held) return held[name]!;
      const role = roles.data.find((each) => each.name === name);
      return !role || everywhere(role) ? null : places(role);
    };
    setHeld(Object.fromEntries(names.map((name) => [name, place(name)])));
  };
  const put = (role: string, at: readonly DivisionId[] | null) => setHeld({ ...held, [role]: at });
  return (
    <form
      className="flex flex-col gap-3"
      onSubmit={(event) => {
        event.preventDefault();
        if (isWhole(held)) save.mutate(held);
      }}
    >
      <Choices
        label={m.admin.rolesHeld}
        error={Object.keys(held).length === 0 ? m.admin.oneRole : undefined}
        choices={choices}
        chosen={Object.keys(held)}
        onChange={choose}
        testId="account-role"
      />
      {divisions.length > 1 &&
        Object.entries(held).map(([name, at]) => {
          const title = titleOf(roles.data, name);
          const role = roles.data.find((each) => each.name === name);
          return (
            <div key={name} className="flex flex-col gap-2 rounded-lg border border-line p-3" data-testid={`role-place-${name}`}>
              <Switch
                label={m.divisions.inAll(title)}
                on={at === null}
                disabled={at !== null && !!role && !everywhere(role)}
                onChange={(all) => put(name, all ? null : [])}
                testId={`role-everywhere-${name}`}
              />
              {at !== null && (
                <Choices
                  label={m.divisions.inSome(title)}
                  error={at.length === 0 ? m.divisions.oneDivision : undefined}
                  choices={divisions.map((division) => ({
                    value: division.id,
                    label: division.name,
                    disabled: !!role && !at.includes(division.id) && !mayGiveIn(me, role, division.id),
                  }))}
                  chosen={at}
                  onChange={(chosen) => put(name, chosen)}
                  testId={`role-in-${name}`}
                />
              )}
            </div>
          );
        })}
      {save.isError && (
        <p role="alert" className="rounded-lg bg-bad-soft px-3 py-2 text-bad-text">
          {describe(save.error)}
        </p>
      )}
      <Button
        type="submit"
        look="primary"
        className="self-start"
        busy={save.isPending}
        disabled={isSame(held, before) || !isWhole(held)}
        data-testid="account-roles-save"
      >
        {m.admin.saveRoles}
      </Button>
    </form>
  );
}
