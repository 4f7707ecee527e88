import { useMutation } from "@tanstack/react-query";
import { useState, type FormEvent } from "react";
import { Problem, tandem } from "../api/client";
import { queryClient } from "../api/queries";
import { m } from "../messages";
import { Button } from "../ui/Button";
import { Dialog, DialogHeader } from "../ui/Dialog";
import { Field } from "../ui/fields";
import { describe } from "../ui/states";
import { QrCode } from "../ui/QrCode";

/** Three steps: the password, the authenticator, the recovery codes. */
export function EnrolDialog({ close }: { close: () => void }) {
  const [password, setPassword] = useState("");
  const [code, setCode] = useState("");
  const offer = useMutation({ mutationFn: () => tandem.me.secondFactor.create({ password }) });
  const confirm = useMutation({
    mutationFn: () => tandem.me.secondFactor.confirm({ code: code.trim() }),
    onSuccess: () => queryClient.invalidateQueries({ queryKey: ["second-factor"] }),
  });
  const step = (mutation: { mutate: () => void }, given: string) => (event: FormEvent) => {
    event.preventDefault();
    if (given) mutation.mutate();
  };
  return (
    <Dialog open label={m.security.factorEnable} onClose={close} shape="drawer">
      <div className="flex h-full flex-col" data-testid="enrol-dialog">
        <DialogHeader title={m.security.factorEnable} onClose={close} />
        {/* A region that scrolls is reached by keyboard too. */}
        {/* oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex */}
        <div tabIndex={0} role="region" aria-label={m.security.factorEnable} className="min-h-0 grow overflow-y-auto p-5 -outline-offset-2">
          {confirm.data ? (
            <Recovery codes={confirm.data.codes} close={close} />
          ) : offer.data ? (
            <form noValidate onSubmit={step(confirm, code)} className="flex flex-col gap-4">
              <p className="text-soft">{m.security.scan}</p>
              <QrCode rows={offer.data.qr} label={m.security.qr} />
              <p>
                <span className="block text-sm text-soft">{m.security.typeSecret}</span>
                <code data-testid="enrol-secret" className="tabular break-all">
                  {offer.data.secret}
                </code>
              </p>
              <Field
                label={m.security.codeShown}
                name="code"
                inputMode="numeric"
                autoComplete="one-time-code"
                value={code}
                onChange={(event) => setCode(event.target.value)}
                error={confirm.isError ? wrong(confirm.error, m.security.codeWrong) : undefined}
              />
              <Button type="submit" look="primary" className="self-end" busy={confirm.isPending} data-testid="enrol-confirm">
                {m.security.factorEnable}
              </Button>
            </form>
          ) : (
            <form noValidate onSubmit={step(offer, password)} className="flex flex-col gap-4">
              <p className="text-soft">{m.security.passwordFirst}</p>
              <Field
                label={m.signIn.password}
                name="password"
                type="password"
                autoComplete="current-password"
                value={password}
                onChange={(event) => setPassword(event.target.value)}
                error={offer.isError ? wrong(offer.error, m.security.passwordWrong) : undefined}
              />
              <Button type="submit" look="primary" className="self-end" busy={offer.isPending} data-testid="enrol-next">
                {m.security.next}
              </Button>
            </form>
          )}
        </div>
      </div>
    </Dialog>
  );
}

const wrong = (error: unknown, text: string): string => (error instanceof Problem && error.status === 422 ? text : describe(error));

const Recovery = ({ codes, close }: { codes: readonly string[]; close: () => void }) => (
  <div className="flex flex-col gap-4">
    <p role="status" className="rounded-lg bg-good-soft px-3 py-2 text-good-text">
      {m.security.factorEnabled}
    </p>
    <p className="text-soft">{m.security.recoveryHint}</p>
    <ul aria-label={m.security.recovery} className="tabular grid grid-cols-1 gap-1 rounded-lg bg-sunken p-3 font-mono sm:grid-cols-2">
      {codes.map((code) => (
        <li key={code} data-testid="recovery-code">
          {code}
        </li>
      ))}
    </ul>
    <Button look="primary" className="self-end" data-testid="enrol-done" onClick={close}>
      {m.security.done}
    </Button>
  </div>
);
