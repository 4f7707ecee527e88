import { useMutation, useQuery } from "@tanstack/react-query";
import { useState, type FormEvent } from "react";
import { tandem } from "../api/client";
import { queries, queryClient } from "../api/queries";
import type { ChangeRole, NewRole, RoleInfo } from "../api/types";
import { m } from "../messages";
import { useMe } from "../session/me";
import { Button } from "../ui/Button";
import { Choices } from "../ui/Choices";
import { Field } from "../ui/fields";
import { FormDrawer } from "../ui/FormDrawer";
import { describe, Failure, SkeletonRows } from "../ui/states";
import { toast } from "../ui/toasts";
import { isRoleName, roleName } from "./model";

/** Defines a role, or changes one; one that every org has is only shown. */
export function RoleDrawer({ role, close }: { role: RoleInfo | undefined; close: () => void }) {
  const me = useMe();
  const permissions = useQuery(queries.permissions);
  const [title, setTitle] = useState(role?.title ?? "");
  const [name, setName] = useState(role?.name ?? "");
  const [chosen, setChosen] = useState<string[]>(role?.permissions ?? []);
  const [checked, setChecked] = useState(false);
  const save = useMutation({
    mutationFn: () => {
      const change: ChangeRole = { title: title.trim(), permissions: chosen };
      const made: NewRole = { ...change, name };
      return role ? tandem.roles.update(role.name, change) : tandem.roles.create(made);
    },
    onSuccess: async (saved) => {
      toast(m.admin.roleSaved(saved.title), "good");
      await queryClient.invalidateQueries({ queryKey: ["roles"] });
      close();
    },
  });
  const fixed = role?.built_in ?? false;

  function submit(event: FormEvent) {
    event.preventDefault();
    setChecked(true);
    if (title.trim() && isRoleName(name) && chosen.length > 0) save.mutate();
  }
  const write = (text: string) => {
    setTitle(text);
    // The short name follows the title until somebody gives it another.
    if (!role && name === roleName(title)) setName(roleName(text));
  };

  const heading = role?.title ?? m.admin.newRole;
  return (
    <FormDrawer
      heading={heading}
      close={close}
      onSubmit={submit}
      testId="role-drawer"
      footer={
        !fixed && (
          <>
            <Button onClick={close}>{m.cancel}</Button>
            <Button type="submit" look="primary" busy={save.isPending} data-testid="role-save">
              {m.admin.saveRole}
            </Button>
          </>
        )
      }
    >
      {save.isError && (
        <p role="alert" className="rounded-lg bg-bad-soft px-3 py-2 text-bad-text">
          {describe(save.error)}
        </p>
      )}
      {!fixed && (
        <>
          <Field
            label={m.admin.roleTitle}
            name="title"
            maxLength={120}
            value={title}
            onChange={(event) => write(event.target.value)}
            error={checked && !title.trim() ? m.signIn.missing : undefined}
          />
          <Field
            label={m.admin.roleName}
            name="name"
            value={name}
            disabled={!!role}
            autoCapitalize="none"
            spellCheck={false}
            hint={m.admin.roleNameHint}
            onChange={(event) => setName(event.target.value)}
            error={checked && !isRoleName(name) ? m.admin.roleNameHint : undefined}
          />
        </>
      )}
      {permissions.isPending && <SkeletonRows count={4} />}
      {permissions.isError && <Failure error={permissions.error} retry={() => void permissions.refetch()} />}
      {permissions.data && (
        <Choices
          label={m.admin.permissions}
          {...(!fixed && { hint: m.admin.permissionsHint })}
          error={checked && chosen.length === 0 ? m.security.chooseScopes : undefined}
          choices={permissions.data.map((each) => ({
            value: each.name,
            label: each.name,
            hint: each.description,
            disabled: !me.permissions.includes(each.name) && !role?.permissions.includes(each.name),
          }))}
          chosen={chosen}
          onChange={setChosen}
          disabled={fixed}
          testId="permission"
        />
      )}
    </FormDrawer>
  );
}
