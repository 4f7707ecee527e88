import { useQuery } from "@tanstack/react-query";
import { Plus, Waypoints } from "lucide-react";
import { useState } from "react";
import { tandem } from "../api/client";
import { queries, queryClient } from "../api/queries";
import type { Trunk } from "../api/types";
import { m } from "../messages";
import { Button } from "../ui/Button";
import { Card } from "../ui/Card";
import { Confirm, type Question } from "../ui/Confirm";
import { Empty, Failure, SkeletonRows } from "../ui/states";
import { Table, type Column } from "../ui/Table";
import { toast } from "../ui/toasts";
import { TrunkDrawer } from "./TrunkDrawer";

const words = m.telephony.trunks;

/** The carriers calls come from and go out by. */
export function Trunks() {
  const trunks = useQuery(queries.trunks);
  const [shown, setShown] = useState<Trunk | "new">();
  const [question, setQuestion] = useState<Question>();
  const remove = ({ name }: Trunk) =>
    setQuestion({
      title: words.removeTitle(name),
      hint: words.removeHint,
      action: m.telephony.remove,
      run: async () => {
        await tandem.trunks.remove(name);
        await queryClient.invalidateQueries({ queryKey: ["trunks"] });
        toast(words.removed(name), "good");
      },
    });
  return (
    <Card
      title={words.title}
      hint={words.hint}
      testId="trunks"
      action={
        <Button data-testid="trunk-new" icon={<Plus className="size-4" />} onClick={() => setShown("new")}>
          {words.new}
        </Button>
      }
    >
      {trunks.isPending && <SkeletonRows count={2} />}
      {trunks.isError && <Failure error={trunks.error} retry={() => void trunks.refetch()} />}
      {trunks.data?.length === 0 && (
        <Empty icon={<Waypoints />} title={words.none}>
          {words.noneHint}
        </Empty>
      )}
      {trunks.data && trunks.data.length > 0 && <Table label={words.title} columns={columns(setShown, remove)} rows={trunks.data} id={({ name }) => name} testId="trunk-row" />}
      {shown && <TrunkDrawer trunk={shown === "new" ? undefined : shown} close={() => setShown(undefined)} />}
      <Confirm question={question} close={() => setQuestion(undefined)} />
    </Card>
  );
}

const columns = (show: (trunk: Trunk) => void, remove: (trunk: Trunk) => void): Column<Trunk>[] => [
  { key: "name", name: words.name, cell: ({ name }) => name },
  { key: "from", name: words.from, cell: ({ network }) => network ?? <span className="text-faint">{words.fromNowhere}</span> },
  { key: "out", name: words.out, cell: ({ out }) => (out ? <span className="wrap-anywhere">{`${out.host}:${out.port ?? 5060}`}</span> : <span className="text-faint">{words.outNowhere}</span>) },
  { key: "order", name: words.order, number: true, cell: ({ out }) => (out ? (out.priority ?? 0) : null) },
  {
    key: "actions",
    name: <span className="sr-only">{m.telephony.actions}</span>,
    action: true,
    className: "text-right",
    cell: (trunk) => (
      <span className="inline-flex flex-wrap justify-end gap-2">
        <Button size="small" data-testid={`trunk-edit-${trunk.name}`} aria-label={words.editLabel(trunk.name)} onClick={() => show(trunk)}>
          {m.telephony.edit}
        </Button>
        <Button size="small" data-testid={`trunk-remove-${trunk.name}`} aria-label={words.removeLabel(trunk.name)} onClick={() => remove(trunk)}>
          {m.telephony.remove}
        </Button>
      </span>
    ),
  },
];
