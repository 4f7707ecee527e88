import { useMutation } from "@tanstack/react-query";
import { useState, type FormEvent } from "react";
import { tandem } from "../api/client";
import type { DialPlanAnswer, UserId } from "../api/types";
import { m } from "../messages";
import { useMe } from "../session/me";
import { Button } from "../ui/Button";
import { Card } from "../ui/Card";
import { Field } from "../ui/fields";
import { describe } from "../ui/states";
import { PersonSelect, useNames } from "./names";
import { sentences } from "./plan";

const words = m.telephony.plan;

/** What happens if somebody dials something. */
export function DialPlan() {
  const { user: me } = useMe();
  const [user, setUser] = useState<UserId>(me.id);
  const [dialled, setDialled] = useState("");
  const names = useNames();
  const ask = useMutation({ mutationFn: () => tandem.dialPlan.get({ dialled, user }) });
  function submit(event: FormEvent) {
    event.preventDefault();
    if (dialled.trim()) ask.mutate();
  }
  const said = (answer: DialPlanAnswer) => sentences(answer, names).map((sentence) => <p key={sentence}>{sentence}</p>);
  return (
    <Card title={words.title} hint={words.hint} testId="dial-plan">
      <form noValidate onSubmit={submit} className="flex flex-wrap items-end gap-3">
        <PersonSelect label={words.who} value={user} onChange={setUser} testId="dial-plan-who" />
        <Field label={words.dialled} name="dialled" inputMode="tel" autoComplete="off" maxLength={64} className="w-full sm:w-64" value={dialled} onChange={(event) => setDialled(event.target.value)} />
        <Button type="submit" className="h-10" busy={ask.isPending} disabled={!dialled.trim()} data-testid="dial-plan-ask">
          {words.ask}
        </Button>
      </form>
      <div role="status" data-testid="dial-plan-answer" className="mt-3 flex flex-col gap-1 empty:hidden">
        {ask.isError && <p className="text-bad-text">{describe(ask.error)}</p>}
        {ask.data && said(ask.data)}
      </div>
    </Card>
  );
}
