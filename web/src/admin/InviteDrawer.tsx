import { useMutation, useQuery } from "@tanstack/react-query";
import { useState, type FormEvent } from "react";
import { tandem } from "../api/client";
import { queries, queryClient } from "../api/queries";
import type { NewInvitation } from "../api/types";
import { mayGiveIn } from "../divisions/held";
import { m } from "../messages";
import { useMe } from "../session/me";
import { Refusal } from "../session/Refusal";
import { Button } from "../ui/Button";
import { Choices } from "../ui/Choices";
import { Field } from "../ui/fields";
import { FormDrawer } from "../ui/FormDrawer";
import { Failure, SkeletonRows } from "../ui/states";
import { toast } from "../ui/toasts";

const fields = ["email", "display_name", "name"] as const;

/** Asks who shall be invited, as what. */
export function InviteDrawer({ close }: { close: () => void }) {
  const roles = useQuery(queries.roles);
  const me = useMe();
  const [text, setText] = useState({ email: "", display_name: "", name: "", extension: "" });
  const [chosen, setChosen] = useState<string[]>(["agent"]);
  const [checked, setChecked] = useState(false);
  const invite = useMutation({
    mutationFn: (body: NewInvitation) => tandem.invitations.create(body),
    onSuccess: async (made) => {
      toast(m.admin.invited(made.email), "good");
      await queryClient.invalidateQueries({ queryKey: ["invitations"] });
      close();
    },
  });
  function submit(event: FormEvent) {
    event.preventDefault();
    setChecked(true);
    if (fields.some((field) => !text[field].trim()) || chosen.length === 0) return;
    const extension = text.extension.trim();
    invite.mutate({
      email: text.email.trim(),
      display_name: text.display_name.trim(),
      name: text.name.trim(),
      roles: chosen,
      ...(extension && { extension }),
    });
  }
  const about = (field: keyof typeof text) => ({
    name: field,
    value: text[field],
    onChange: (event: { target: { value: string } }) => setText((before) => ({ ...before, [field]: event.target.value })),
    error: checked && field !== "extension" && !text[field].trim() ? m.signIn.missing : undefined,
  });
  return (
    <FormDrawer
      heading={m.admin.invite}
      close={close}
      onSubmit={submit}
      testId="invite-drawer"
      footer={
        <>
          <Button onClick={close}>{m.cancel}</Button>
          <Button type="submit" look="primary" busy={invite.isPending} data-testid="invite-send">
            {m.admin.inviteSend}
          </Button>
        </>
      }
    >
      <p className="text-soft">{m.admin.inviteHint}</p>
      {invite.isError && <Refusal error={invite.error} />}
      <Field label={m.admin.email} type="email" autoComplete="off" {...about("email")} />
      <Field label={m.admin.displayName} autoComplete="off" maxLength={120} {...about("display_name")} />
      <Field label={m.admin.login} autoComplete="off" autoCapitalize="none" spellCheck={false} hint={m.admin.loginHint} {...about("name")} />
      <Field label={m.admin.extension} inputMode="numeric" autoComplete="off" {...about("extension")} />
      {roles.isPending && <SkeletonRows count={2} />}
      {roles.isError && <Failure error={roles.error} retry={() => void roles.refetch()} />}
      {roles.data && (
        <Choices
          label={m.admin.rolesHeld}
          error={checked && chosen.length === 0 ? m.admin.oneRole : undefined}
          choices={roles.data.map((role) => ({ value: role.name, label: role.title, disabled: !mayGiveIn(me, role, undefined) }))}
          chosen={chosen}
          onChange={setChosen}
          testId="invite-role"
        />
      )}
    </FormDrawer>
  );
}
