import { useMutation, useQuery } from "@tanstack/react-query";
import { ShieldCheck, ShieldOff } from "lucide-react";
import { useState, type FormEvent } from "react";
import { tandem } from "../api/client";
import { queries, queryClient } from "../api/queries";
import { m } from "../messages";
import { Button } from "../ui/Button";
import { Card } from "../ui/Card";
import { Dialog, DialogHeader } from "../ui/Dialog";
import { Field } from "../ui/fields";
import { describe, Failure, SkeletonRows } from "../ui/states";
import { toast } from "../ui/toasts";
import { EnrolDialog } from "./EnrolDialog";

/** Whether signing in needs a code too, and how to change that. */
export function SecondFactorCard() {
  const factor = useQuery({ ...queries.secondFactor, staleTime: 0 });
  const [open, setOpen] = useState<"enrol" | "disable">();
  const close = () => setOpen(undefined);
  return (
    <Card title={m.security.secondFactor} hint={m.security.secondFactorHint} testId="second-factor">
      {factor.isPending && <SkeletonRows count={1} />}
      {factor.isError && <Failure error={factor.error} retry={() => void factor.refetch()} />}
      {factor.data && (
        <div className="flex flex-wrap items-center justify-between gap-3">
          <p data-testid="second-factor-state" data-on={factor.data.on} className="flex min-w-0 items-center gap-2.5">
            {factor.data.on ? (
              <ShieldCheck aria-hidden className="size-5 shrink-0 text-good-text" />
            ) : (
              <ShieldOff aria-hidden className="size-5 shrink-0 text-faint" />
            )}
            {factor.data.on ? m.security.factorOn(factor.data.recovery_codes_left) : m.security.factorOff}
          </p>
          {factor.data.on ? (
            <Button data-testid="second-factor-disable" onClick={() => setOpen("disable")}>
              {m.security.factorDisable}
            </Button>
          ) : (
            <Button look="primary" data-testid="second-factor-enable" onClick={() => setOpen("enrol")}>
              {m.security.factorEnable}
            </Button>
          )}
        </div>
      )}
      {open === "enrol" && <EnrolDialog close={close} />}
      {open === "disable" && <DisableDialog close={close} />}
    </Card>
  );
}

function DisableDialog({ close }: { close: () => void }) {
  const [password, setPassword] = useState("");
  const disable = useMutation({
    mutationFn: () => tandem.me.secondFactor.disable({ password }),
    onSuccess: async () => {
      toast(m.security.factorDisabled, "good");
      await queryClient.invalidateQueries({ queryKey: ["second-factor"] });
      close();
    },
  });
  function submit(event: FormEvent) {
    event.preventDefault();
    if (password) disable.mutate();
  }
  return (
    <Dialog open label={m.security.factorDisable} onClose={close}>
      <DialogHeader title={m.security.factorDisable} onClose={close} />
      <form noValidate onSubmit={submit} className="flex flex-col gap-4 p-5" data-testid="disable-dialog">
        <p className="text-soft">{m.security.factorDisableHint}</p>
        <Field
          label={m.signIn.password}
          name="password"
          type="password"
          autoComplete="current-password"
          value={password}
          onChange={(event) => setPassword(event.target.value)}
          error={disable.isError ? describe(disable.error) : undefined}
        />
        <Button type="submit" look="bad" className="self-end" busy={disable.isPending} data-testid="disable-do">
          {m.security.factorDisable}
        </Button>
      </form>
    </Dialog>
  );
}
