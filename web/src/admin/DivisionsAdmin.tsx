import { useMutation, useQuery } from "@tanstack/react-query";
import { Plus, Trash2 } from "lucide-react";
import { useState, type FormEvent } from "react";
import { tandem } from "../api/client";
import { queries, queryClient } from "../api/queries";
import type { Division, DivisionId } from "../api/types";
import { DivisionPicker } from "../divisions/DivisionPicker";
import { m } from "../messages";
import { Button } from "../ui/Button";
import { Dialog, DialogHeader } from "../ui/Dialog";
import { Field } from "../ui/fields";
import { describe, Failure, SkeletonRows } from "../ui/states";
import { Table, type Column } from "../ui/Table";
import { toast } from "../ui/toasts";

const told = () => queryClient.invalidateQueries({ queryKey: ["divisions"] });

const count = ({ things }: Division): number => Object.values(things).reduce((sum, each) => sum + (each ?? 0), 0);

/** The parts of the org, and how much belongs to each. */
export function DivisionsAdmin() {
  const divisions = useQuery(queries.divisions);
  const [named, setNamed] = useState<Division | "new">();
  const [removed, setRemoved] = useState<Division>();
  if (divisions.isPending) return <SkeletonRows count={3} />;
  if (divisions.isError) return <Failure error={divisions.error} retry={() => void divisions.refetch()} />;
  return (
    <div className="flex flex-col gap-4">
      <p className="max-w-prose text-soft">{m.divisions.hint}</p>
      <Button className="self-start" data-testid="division-new" icon={<Plus className="size-4" />} onClick={() => setNamed("new")}>
        {m.divisions.make}
      </Button>
      <Table label={m.admin.divisions} columns={columns(setNamed, setRemoved)} rows={divisions.data} id={(division) => division.id} testId="division-row" />
      {named && <NameDialog division={named === "new" ? undefined : named} close={() => setNamed(undefined)} />}
      {removed && <RemoveDialog division={removed} close={() => setRemoved(undefined)} />}
    </div>
  );
}

const columns = (name: (division: Division) => void, remove: (division: Division) => void): Column<Division>[] => [
  { key: "name", name: m.admin.name, cell: (division) => division.name },
  { key: "people", name: m.divisions.people, number: true, cell: ({ things }) => things.person ?? 0 },
  { key: "queues", name: m.divisions.queues, number: true, cell: ({ things }) => things.queue ?? 0 },
  { key: "flows", name: m.divisions.flows, number: true, cell: ({ things }) => things.flow ?? 0 },
  { key: "phones", name: m.divisions.phones, number: true, cell: ({ things }) => things.phone ?? 0 },
  { key: "numbers", name: m.divisions.numbers, number: true, cell: ({ things }) => things.number ?? 0 },
  {
    key: "actions",
    name: <span className="sr-only">{m.admin.actions}</span>,
    action: true,
    className: "text-right",
    cell: (division) =>
      !division.home && (
        <span className="flex justify-end gap-1.5">
          <Button size="small" data-testid={`division-rename-${division.name}`} aria-label={m.divisions.renameLabel(division.name)} onClick={() => name(division)}>
            {m.divisions.rename}
          </Button>
          <Button
            size="small"
            data-testid={`division-remove-${division.name}`}
            aria-label={m.divisions.removeLabel(division.name)}
            icon={<Trash2 className="size-3.5" />}
            onClick={() => remove(division)}
          >
            {m.divisions.remove}
          </Button>
        </span>
      ),
  },
];

function NameDialog({ division, close }: { division: Division | undefined; close: () => void }) {
  const [name, setName] = useState(division?.name ?? "");
  const [checked, setChecked] = useState(false);
  const save = useMutation({
    mutationFn: () => (division ? tandem.divisions.edit(division.id, { name: name.trim() }) : tandem.divisions.create({ name: name.trim() })),
    onSuccess: async (saved) => {
      toast(m.divisions.saved(saved.name), "good");
      await told();
      close();
    },
  });
  function submit(event: FormEvent) {
    event.preventDefault();
    setChecked(true);
    if (name.trim()) save.mutate();
  }
  const title = division ? m.divisions.rename : m.divisions.make;
  return (
    <Dialog open label={title} onClose={close}>
      <DialogHeader title={title} onClose={close} />
      <form noValidate onSubmit={submit} className="flex flex-col gap-4 p-5" data-testid="division-dialog">
        <Field
          label={m.admin.name}
          name="name"
          maxLength={120}
          value={name}
          onChange={(event) => setName(event.target.value)}
          error={save.isError ? describe(save.error) : checked && !name.trim() ? m.signIn.missing : undefined}
        />
        <Button type="submit" look="primary" className="self-end" busy={save.isPending} data-testid="division-save">
          {m.divisions.save}
        </Button>
      </form>
    </Dialog>
  );
}

/** What belongs to it must go somewhere. */
function RemoveDialog({ division, close }: { division: Division; close: () => void }) {
  const [to, setTo] = useState<DivisionId>();
  const things = count(division);
  const remove = useMutation({
    mutationFn: () => tandem.divisions.remove(division.id, { move_to: to }),
    onSuccess: async () => {
      toast(m.divisions.removed(division.name), "good");
      await queryClient.invalidateQueries();
      close();
    },
  });
  const title = m.divisions.removeTitle(division.name);
  return (
    <Dialog open label={title} onClose={close}>
      <div className="flex flex-col gap-3 p-5" data-testid="division-remove-dialog">
        <h2 className="text-lg font-semibold break-words">{title}</h2>
        <p className="text-soft">{things > 0 ? m.divisions.removeWith(things) : m.divisions.removeHint}</p>
        {things > 0 && <DivisionPicker label={m.divisions.moveTo} any={m.divisions.choose} value={to} onChange={setTo} testId="division-move-to" />}
        {remove.isError && (
          <p role="alert" className="rounded-lg bg-bad-soft px-3 py-2 text-bad-text">
            {describe(remove.error)}
          </p>
        )}
        <div className="mt-2 flex justify-end gap-2">
          <Button onClick={close}>{m.cancel}</Button>
          <Button look="bad" busy={remove.isPending} disabled={things > 0 && (!to || to === division.id)} data-testid="division-remove" onClick={() => remove.mutate()}>
            {m.divisions.remove}
          </Button>
        </div>
      </div>
    </Dialog>
  );
}
