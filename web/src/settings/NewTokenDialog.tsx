import { useMutation } from "@tanstack/react-query";
import { useState, type FormEvent } from "react";
import { tandem } from "../api/client";
import { queryClient } from "../api/queries";
import type { NewToken } from "../api/types";
import { m } from "../messages";
import { useMe } from "../session/me";
import { Button } from "../ui/Button";
import { Choices } from "../ui/Choices";
import { Dialog, DialogHeader } from "../ui/Dialog";
import { Field, Select } from "../ui/fields";
import { describe } from "../ui/states";
import { Secret } from "../ui/Secret";

const DAYS: readonly number[] = [7, 30, 90, 366];

/** Asks what a token is for and what it may do, then shows it, this once. */
export function NewTokenDialog({ close }: { close: () => void }) {
  const { permissions } = useMe();
  const [name, setName] = useState("");
  const [days, setDays] = useState(90);
  const [scopes, setScopes] = useState<string[]>([]);
  const [checked, setChecked] = useState(false);
  const make = useMutation({
    mutationFn: (body: NewToken) => tandem.me.tokens.create(body),
    onSuccess: () => queryClient.invalidateQueries({ queryKey: ["tokens"] }),
  });

  function submit(event: FormEvent) {
    event.preventDefault();
    setChecked(true);
    if (name.trim() && scopes.length > 0) make.mutate({ name: name.trim(), scopes, expires_in_days: days });
  }

  const title = make.data ? m.security.tokenMade : m.security.newToken;
  return (
    <Dialog open label={title} onClose={close} shape="drawer">
      <div className="flex h-full flex-col" data-testid="token-dialog">
        <DialogHeader title={title} onClose={close} />
        {make.data ? (
          <div className="flex flex-col gap-4 p-5">
            <Secret label={m.security.tokenMade} hint={m.security.tokenMadeHint} value={make.data.token} testId="token-value" />
            <Button look="primary" className="self-end" data-testid="token-done" onClick={close}>
              {m.security.done}
            </Button>
          </div>
        ) : (
          <form noValidate onSubmit={submit} className="flex min-h-0 grow flex-col">
            <div className="flex min-h-0 grow flex-col gap-4 overflow-y-auto p-5">
              {make.isError && (
                <p role="alert" className="rounded-lg bg-bad-soft px-3 py-2 text-bad-text">
                  {describe(make.error)}
                </p>
              )}
              <Field
                label={m.security.tokenName}
                name="name"
                maxLength={120}
                value={name}
                onChange={(event) => setName(event.target.value)}
                error={checked && !name.trim() ? m.signIn.missing : undefined}
              />
              <Select label={m.security.tokenDays} value={days} onChange={(event) => setDays(Number(event.target.value))}>
                {DAYS.map((each) => (
                  <option key={each} value={each}>
                    {m.security.days(each)}
                  </option>
                ))}
              </Select>
              <Choices
                label={m.security.tokenScopes}
                error={checked && scopes.length === 0 ? m.security.chooseScopes : undefined}
                choices={permissions.map((value) => ({ value, label: value }))}
                chosen={scopes}
                onChange={setScopes}
                testId="scope"
              />
            </div>
            <footer className="flex justify-end gap-2 border-t border-line px-5 py-3.5">
              <Button onClick={close}>{m.cancel}</Button>
              <Button type="submit" look="primary" busy={make.isPending} data-testid="token-make">
                {m.security.makeToken}
              </Button>
            </footer>
          </form>
        )}
      </div>
    </Dialog>
  );
}
