import { useQuery } from "@tanstack/react-query";
import { AppWindow, Plus, Trash2 } from "lucide-react";
import { useState } from "react";
import { tandem } from "../api/client";
import { queries, queryClient } from "../api/queries";
import type { ClientInfo, ClientMade } from "../api/types";
import { m } from "../messages";
import { useMay } from "../session/me";
import { Button } from "../ui/Button";
import { Confirm, type Question } from "../ui/Confirm";
import { Dialog, DialogHeader } from "../ui/Dialog";
import { Field } from "../ui/fields";
import { Secret } from "../ui/Secret";
import { Empty, Failure, SkeletonRows } from "../ui/states";
import { Table, type Column } from "../ui/Table";
import { toast } from "../ui/toasts";
import { ClientDrawer } from "./ClientDrawer";

/** The programs that are registered. */
export function ClientsAdmin() {
  const clients = useQuery(queries.clients);
  const may = useMay();
  const [shown, setShown] = useState<ClientInfo | "new">();
  const [made, setMade] = useState<ClientMade>();
  const [question, setQuestion] = useState<Question>();
  if (clients.isPending) return <SkeletonRows count={4} />;
  if (clients.isError) return <Failure error={clients.error} retry={() => void clients.refetch()} />;

  const take = (client: ClientInfo) => async () => {
    await tandem.oauth.clients.remove(client.id);
    toast(m.admin.clientRemoved(client.name), "good");
    await queryClient.invalidateQueries({ queryKey: ["clients"] });
  };
  const ask = (client: ClientInfo) =>
    setQuestion({
      title: m.admin.removeClientTitle(client.name),
      hint: m.admin.removeClientHint,
      action: m.admin.removeClient,
      run: take(client),
    });
  return (
    <div className="flex flex-col gap-4">
      {may("client:write") && (
        <Button className="self-start" data-testid="client-new" icon={<Plus className="size-4" />} onClick={() => setShown("new")}>
          {m.admin.newClient}
        </Button>
      )}
      {clients.data.length === 0 ? (
        <Empty icon={<AppWindow />} title={m.admin.noClients}>
          {m.admin.noClientsHint}
        </Empty>
      ) : (
        <Table
          label={m.admin.clients}
          columns={columns(may("client:write"), setShown, ask)}
          rows={clients.data}
          id={(client) => client.id}
          testId="client-row"
        />
      )}
      {shown && <ClientDrawer client={shown === "new" ? undefined : shown} close={() => setShown(undefined)} onMade={setMade} />}
      {made && <MadeDialog made={made} close={() => setMade(undefined)} />}
      <Confirm question={question} close={() => setQuestion(undefined)} />
    </div>
  );
}

/** What a program needs to know of itself; the secret this once. */
function MadeDialog({ made, close }: { made: ClientMade; close: () => void }) {
  return (
    <Dialog open label={m.admin.clientMade} onClose={close}>
      <div data-testid="client-made">
        <DialogHeader title={made.client.name} onClose={close} />
        <div className="flex flex-col gap-4 p-5">
          <Field label={m.admin.clientId} readOnly value={made.client.id} data-testid="client-id" onFocus={(event) => event.target.select()} />
          {made.secret && <Secret label={m.admin.secret} hint={m.admin.secretHint} value={made.secret} testId="client-secret" />}
          <Button look="primary" className="self-end" data-testid="client-done" onClick={close}>
            {m.security.done}
          </Button>
        </div>
      </div>
    </Dialog>
  );
}

const columns = (
  mayWrite: boolean,
  show: (client: ClientInfo) => void,
  take: (client: ClientInfo) => void,
): Column<ClientInfo>[] => [
  { key: "name", name: m.admin.clientName, cell: (client) => client.name },
  { key: "kind", name: m.admin.clientKind, cell: (client) => (client.confidential ? m.admin.confidentialShort : m.admin.publicShort) },
  { key: "ways", name: m.admin.ways, span: "all", cell: (client) => client.grant_types.map((way) => m.admin.wayNames[way]).join(", ") },
  { key: "scopes", name: m.admin.clientScopes, span: "all", cell: (client) => client.scopes.join(", ") },
  {
    key: "actions",
    name: <span className="sr-only">{m.admin.actions}</span>,
    action: true,
    className: "text-right",
    cell: (client) => (
      <span className="flex justify-end gap-1.5">
        <Button
          size="small"
          data-testid={`client-show-${client.name}`}
          aria-label={mayWrite ? m.admin.editClientLabel(client.name) : m.admin.showClientLabel(client.name)}
          onClick={() => show(client)}
        >
          {mayWrite ? m.admin.edit : m.admin.show}
        </Button>
        {mayWrite && (
          <Button
            size="small"
            data-testid={`client-remove-${client.name}`}
            aria-label={m.admin.removeClientLabel(client.name)}
            icon={<Trash2 className="size-3.5" />}
            onClick={() => take(client)}
          >
            {m.admin.removeClient}
          </Button>
        )}
      </span>
    ),
  },
];
