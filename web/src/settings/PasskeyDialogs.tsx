import { useMutation } from "@tanstack/react-query";
import { useState, type FormEvent, type ReactNode } from "react";
import { Problem, tandem } from "../api/client";
import { queryClient } from "../api/queries";
import type { PasskeyInfo } from "../api/types";
import { m } from "../messages";
import { isCancelled, isThereAlready, makePasskey } from "../session/passkey";
import { Button } from "../ui/Button";
import { Dialog, DialogHeader } from "../ui/Dialog";
import { Field } from "../ui/fields";
import { describe } from "../ui/states";
import { toast } from "../ui/toasts";

const told = () => queryClient.invalidateQueries({ queryKey: ["passkeys"] });

/** Asks for the password and a name, then has the device make a passkey. */
export function NewPasskeyDialog({ close }: { close: () => void }) {
  const [name, setName] = useState("");
  const [password, setPassword] = useState("");
  const [checked, setChecked] = useState(false);
  const add = useMutation({
    mutationFn: async () => {
      const asked = await tandem.me.passkeys.offer({ password });
      const credential = await makePasskey(asked.options);
      return tandem.me.passkeys.create({ ceremony: asked.ceremony, name: name.trim(), credential });
    },
    onSuccess: async () => {
      toast(m.security.passkeyAdded, "good");
      await told();
      close();
    },
  });
  function submit(event: FormEvent) {
    event.preventDefault();
    setChecked(true);
    if (name.trim() && password) add.mutate();
  }
  const wrongPassword = add.error instanceof Problem && add.error.status === 422;
  return (
    <Form title={m.security.addPasskey} close={close} submit={submit} testId="passkey-dialog">
      {add.isError && !wrongPassword && <Refusal>{reason(add.error)}</Refusal>}
      <Field
        label={m.security.passkeyName}
        name="name"
        maxLength={120}
        hint={m.security.passkeyNameHint}
        value={name}
        onChange={(event) => setName(event.target.value)}
        error={checked && !name.trim() ? m.signIn.missing : undefined}
      />
      <Field
        label={m.security.currentPassword}
        name="password"
        type="password"
        autoComplete="current-password"
        value={password}
        onChange={(event) => setPassword(event.target.value)}
        error={checked && !password ? m.signIn.missing : wrongPassword ? m.security.passwordWrong : undefined}
      />
      <Button type="submit" look="primary" className="self-end" busy={add.isPending} data-testid="passkey-make">
        {m.security.addPasskey}
      </Button>
    </Form>
  );
}

export function RenamePasskeyDialog({ passkey, close }: { passkey: PasskeyInfo; close: () => void }) {
  const [name, setName] = useState(passkey.name);
  const rename = useMutation({
    mutationFn: () => tandem.me.passkeys.update(passkey.id, { name: name.trim() }),
    onSuccess: async () => {
      await told();
      close();
    },
  });
  function submit(event: FormEvent) {
    event.preventDefault();
    if (name.trim()) rename.mutate();
  }
  return (
    <Form title={m.security.renamePasskey} close={close} submit={submit} testId="rename-dialog">
      <Field
        label={m.security.passkeyName}
        name="name"
        maxLength={120}
        value={name}
        onChange={(event) => setName(event.target.value)}
        error={rename.isError ? describe(rename.error) : name.trim() ? undefined : m.signIn.missing}
      />
      <Button type="submit" look="primary" className="self-end" busy={rename.isPending} data-testid="rename-do">
        {m.security.rename}
      </Button>
    </Form>
  );
}

const reason = (error: unknown): string =>
  isThereAlready(error) ? m.security.passkeyThere : isCancelled(error) ? m.security.passkeyCancelled : describe(error);

const Refusal = ({ children }: { children: ReactNode }) => (
  <p role="alert" className="rounded-lg bg-bad-soft px-3 py-2 text-bad-text">
    {children}
  </p>
);

const Form = ({ title, close, submit, testId, children }: { title: string; close: () => void; submit: (event: FormEvent) => void; testId: string; children: ReactNode }) => (
  <Dialog open label={title} onClose={close}>
    <DialogHeader title={title} onClose={close} />
    <form noValidate onSubmit={submit} className="flex flex-col gap-4 p-5" data-testid={testId}>
      {children}
    </form>
  </Dialog>
);
