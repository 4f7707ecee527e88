import { useMutation, useQuery } from "@tanstack/react-query";
import { Hash, Plus } from "lucide-react";
import { useState, type FormEvent } from "react";
import { Problem, tandem } from "../api/client";
import { queries, queryClient } from "../api/queries";
import type { FlowId, NumberTarget, OutsideNumber, UserId } from "../api/types";
import { m } from "../messages";
import { Refusal } from "../session/Refusal";
import { Button } from "../ui/Button";
import { Card } from "../ui/Card";
import { Dialog, DialogHeader } from "../ui/Dialog";
import { Field, Select } from "../ui/fields";
import { Empty, Failure, SkeletonRows } from "../ui/states";
import { Table, type Column } from "../ui/Table";
import { toast } from "../ui/toasts";
import { PersonSelect, useFlows, useNames } from "./names";
import { nameOf, type Names } from "./plan";

const words = m.telephony.numbers;

/** The org's numbers, and where they lead. */
export function Numbers() {
  const numbers = useQuery(queries.numbers);
  const names = useNames();
  const [shown, setShown] = useState<OutsideNumber | "new">();
  return (
    <Card
      title={words.title}
      hint={words.hint}
      testId="numbers"
      action={
        <Button data-testid="number-new" icon={<Plus className="size-4" />} onClick={() => setShown("new")}>
          {words.new}
        </Button>
      }
    >
      {numbers.isPending && <SkeletonRows count={2} />}
      {numbers.isError && <Failure error={numbers.error} retry={() => void numbers.refetch()} />}
      {numbers.data?.length === 0 && (
        <Empty icon={<Hash />} title={words.none}>
          {words.noneHint}
        </Empty>
      )}
      {numbers.data && numbers.data.length > 0 && <Table label={words.title} columns={columns(names, setShown)} rows={numbers.data} id={({ number }) => number} testId="number-row" />}
      {shown && <NumberDialog number={shown === "new" ? undefined : shown} close={() => setShown(undefined)} />}
    </Card>
  );
}

const columns = (names: Names, show: (number: OutsideNumber) => void): Column<OutsideNumber>[] => [
  { key: "number", name: words.number, cell: ({ number }) => <span className="tabular-nums">{number}</span> },
  { key: "leads", name: words.leads, cell: ({ to }) => nameOf(to, names) },
  {
    key: "actions",
    name: <span className="sr-only">{m.telephony.actions}</span>,
    action: true,
    className: "text-right",
    cell: (number) => (
      <Button size="small" data-testid={`number-edit-${number.number}`} aria-label={words.edit(number.number)} onClick={() => show(number)}>
        {m.telephony.edit}
      </Button>
    ),
  },
];

function NumberDialog({ number: before, close }: { number: OutsideNumber | undefined; close: () => void }) {
  const [number, setNumber] = useState(before?.number ?? "");
  const [kind, setKind] = useState<NumberTarget["kind"]>(before?.to.kind ?? "user");
  const [user, setUser] = useState<UserId | undefined>(before?.to.kind === "user" ? before.to.user : undefined);
  const [flow, setFlow] = useState<FlowId | undefined>(before?.to.kind === "flow" ? before.to.flow : undefined);
  const [checked, setChecked] = useState(false);
  const flows = useFlows();
  const to = kind === "user" ? user ? { kind, user } : undefined : flow ? { kind, flow } : undefined;
  const save = useMutation({
    mutationFn: (target: NumberTarget) => tandem.numbers.update(number.trim(), target),
    onSuccess: async (saved) => {
      toast(words.saved(saved.number), "good");
      await queryClient.invalidateQueries({ queryKey: ["numbers"] });
      close();
    },
  });
  const fault = save.error instanceof Problem ? save.error.body.errors?.find(({ field }) => field === "number")?.message : undefined;
  function submit(event: FormEvent) {
    event.preventDefault();
    setChecked(true);
    if (number.trim() && to) save.mutate(to);
  }
  const title = before ? words.edit(before.number) : words.new;
  return (
    <Dialog open label={title} onClose={close}>
      <DialogHeader title={title} onClose={close} />
      <form noValidate onSubmit={submit} className="flex flex-col gap-4 p-5" data-testid="number-dialog">
        {!before && (
          <Field label={words.number} name="number" inputMode="tel" autoComplete="off" hint={words.numberHint} value={number} onChange={(event) => setNumber(event.target.value)} error={fault ?? (checked && !number.trim() ? m.signIn.missing : undefined)} />
        )}
        <Select label={words.leads} value={kind} data-testid="number-kind" onChange={(event) => setKind(event.target.value as NumberTarget["kind"])}>
          <option value="user">{words.person}</option>
          <option value="flow">{words.flow}</option>
        </Select>
        {kind === "user" ? (
          <PersonSelect label={words.who} value={user} onChange={setUser} testId="number-person" />
        ) : flows.length === 0 ? (
          <p className="text-soft">{words.noFlows}</p>
        ) : (
          <Select label={words.which} value={flow ?? ""} data-testid="number-flow" onChange={(event) => setFlow(event.target.value || undefined)}>
            <option value="">{words.choose}</option>
            {flows.map((each) => (
              <option key={each.id} value={each.id}>
                {each.name}
              </option>
            ))}
          </Select>
        )}
        {save.isError && <Refusal error={save.error} shown={(field) => field === "number"} />}
        <Button type="submit" look="primary" className="self-end" busy={save.isPending} disabled={!to} data-testid="number-save">
          {m.telephony.save}
        </Button>
      </form>
    </Dialog>
  );
}
