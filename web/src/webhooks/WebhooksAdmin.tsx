import { useQuery } from "@tanstack/react-query";
import { Link, useSearch } from "@tanstack/react-router";
import { Plus, Webhook as Icon } from "lucide-react";
import { useEffect, useRef, useState, type Ref } from "react";
import { queries } from "../api/queries";
import type { Webhook, WebhookMade } from "../api/types";
import { m } from "../messages";
import { Button } from "../ui/Button";
import { Dialog, DialogHeader } from "../ui/Dialog";
import { Secret } from "../ui/Secret";
import { Empty, Failure, SkeletonRows } from "../ui/states";
import { Table, type Column } from "../ui/Table";
import { Trouble, WebhookState } from "./States";
import { WebhookDrawer } from "./WebhookDrawer";
import { WebhookView } from "./WebhookView";

/** The systems elsewhere that are told of events, or, as the address says, one of them with what was sent to it. */
export function WebhooksAdmin() {
  const { webhook: open } = useSearch({ from: "/signed-in/admin" });
  const webhooks = useQuery(queries.webhooks);
  const [shown, setShown] = useState<Webhook | "new">();
  const [made, setMade] = useState<WebhookMade>();
  const add = useRef<HTMLButtonElement>(null);
  const before = useRef(open);
  // What was pressed to come back is gone.
  useEffect(() => {
    if (before.current && !open) add.current?.focus();
    before.current = open;
  }, [open]);
  const all = webhooks.data;
  if (!all) return webhooks.isError ? <Failure error={webhooks.error} retry={() => void webhooks.refetch()} /> : <SkeletonRows count={4} />;
  const one = all.find(({ id }) => id === open);
  return (
    <>
      {one ? <WebhookView key={one.id} webhook={one} edit={setShown} /> : open ? <Gone /> : <List webhooks={all} show={setShown} add={add} />}
      {shown && <WebhookDrawer webhook={shown === "new" ? undefined : shown} close={() => setShown(undefined)} onMade={setMade} />}
      {made && <MadeDialog made={made} close={() => setMade(undefined)} />}
    </>
  );
}

const Gone = () => (
  <Empty icon={<Icon />} title={m.webhooks.gone}>
    <Link to="/admin" search={{ tab: "webhooks" }} className="text-accent-text underline">
      {m.webhooks.all}
    </Link>
  </Empty>
);

interface ListProps {
  webhooks: Webhook[];
  show: (webhook: Webhook | "new") => void;
  /** The button for another. */
  add: Ref<HTMLButtonElement>;
}

function List({ webhooks, show, add }: ListProps) {
  return (
    <div className="flex flex-col gap-4">
      <Button ref={add} className="self-start" data-testid="webhook-new" icon={<Plus className="size-4" />} onClick={() => show("new")}>
        {m.webhooks.new}
      </Button>
      {webhooks.length === 0 ? (
        <Empty icon={<Icon />} title={m.webhooks.none}>
          {m.webhooks.noneHint}
        </Empty>
      ) : (
        <Table label={m.admin.webhooks} columns={columns(show)} rows={webhooks} id={({ id }) => id} testId="webhook-row" />
      )}
    </div>
  );
}

const columns = (show: (webhook: Webhook) => void): Column<Webhook>[] => [
  {
    key: "name",
    name: m.webhooks.name,
    className: "max-w-64",
    cell: ({ id, name }) => (
      <Link
        to="/admin"
        search={{ tab: "webhooks", webhook: id }}
        data-testid={`webhook-open-${name}`}
        className="block max-w-full truncate text-accent-text underline-offset-2 hover:underline"
      >
        {name}
      </Link>
    ),
  },
  { key: "url", name: m.webhooks.url, span: "all", className: "min-w-40", cell: ({ url }) => <span className="wrap-anywhere">{url}</span> },
  {
    key: "kinds",
    name: m.webhooks.kinds,
    span: "all",
    cell: ({ kinds }) => <span className="line-clamp-3 wrap-anywhere">{kinds.length > 0 ? kinds.join(", ") : m.webhooks.allKinds}</span>,
  },
  {
    key: "state",
    name: m.webhooks.state,
    span: "all",
    cell: (webhook) => (
      <>
        <WebhookState webhook={webhook} />
        <Trouble webhook={webhook} />
      </>
    ),
  },
  {
    key: "actions",
    name: <span className="sr-only">{m.webhooks.actions}</span>,
    action: true,
    className: "text-right",
    cell: (webhook) => (
      <Button size="small" data-testid={`webhook-edit-${webhook.name}`} aria-label={m.webhooks.editLabel(webhook.name)} onClick={() => show(webhook)}>
        {m.webhooks.edit}
      </Button>
    ),
  },
];

/** The secret this once, and what it is for. */
function MadeDialog({ made, close }: { made: WebhookMade; close: () => void }) {
  return (
    <Dialog open label={m.webhooks.made} onClose={close}>
      <div data-testid="webhook-made">
        <DialogHeader title={made.webhook.name} onClose={close} />
        <div className="flex flex-col gap-4 p-5">
          <Secret label={m.webhooks.secret} hint={m.webhooks.secretHint} value={made.secret} testId="webhook-secret" />
          <p className="text-sm wrap-anywhere text-soft">{m.webhooks.secretCheck}</p>
          <Button look="primary" className="self-end" data-testid="webhook-done" onClick={close}>
            {m.security.done}
          </Button>
        </div>
      </div>
    </Dialog>
  );
}
