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
import { Dialog, DialogHeader } from "../ui/Dialog";
import { Field } from "../ui/fields";
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
    <Dialog open onClose={close} label={m.admin.invite} shape="drawer">
      <form noValidate onSubmit={submit} className="flex h-full flex-col" data-testid="invite-drawer">
        <DialogHeader title={m.admin.invite} onClose={close} />
        {/* A region that scrolls is reached by keyboard too. */}
        {/* oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex */}
        <div tabIndex={0} role="region" aria-label={m.admin.invite} className="flex min-h-0 grow flex-col gap-4 overflow-y-auto p-5 -outline-offset-2">
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
        </div>
        <footer className="flex justify-end gap-2 border-t border-line px-5 py-3.5">
          <Button onClick={close}>{m.cancel}</Button>
          <Button type="submit" look="primary" busy={invite.isPending} data-testid="invite-send">
            {m.admin.inviteSend}
          </Button>
        </footer>
      </form>
    </Dialog>
  );
}
