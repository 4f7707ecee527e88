import { useInfiniteQuery } from "@tanstack/react-query";
import { useNavigate, useSearch } from "@tanstack/react-router";
import { ListChecks, RotateCw, Trash2 } from "lucide-react";
import { useState } from "react";
import { tandem } from "../api/client";
import { queries, queryClient } from "../api/queries";
import type { Delivery, DeliveryState as State, WebhookId } from "../api/types";
import { m } from "../messages";
import { Button } from "../ui/Button";
import { Confirm, type Question } from "../ui/Confirm";
import { PagedTable } from "../ui/PagedTable";
import { Empty } from "../ui/states";
import { StateFilter } from "../ui/StateFilter";
import type { Column } from "../ui/Table";
import { formatFull } from "../ui/time";
import { toast } from "../ui/toasts";
import { mayDiscard } from "./model";
import { DeliveryState } from "./States";

const FILTERS: readonly (State | undefined)[] = [undefined, "delivered", "set_aside", "waiting", "discarded"];

type Decision = "retry" | "discard";

/** What was sent to a webhook and what came of it, the newest first. */
export function Deliveries({ webhook }: { webhook: WebhookId }) {
  const { state } = useSearch({ from: "/signed-in/admin" });
  const navigate = useNavigate({ from: "/admin" });
  const deliveries = useInfiniteQuery(queries.deliveries(webhook, state));
  const [question, setQuestion] = useState<Question>();

  async function carryOut(kind: Decision, delivery: Delivery) {
    const { deliveries } = tandem.webhooks;
    try {
      await (kind === "retry" ? deliveries.retry(webhook, delivery.event) : deliveries.remove(webhook, delivery.event));
      toast(m.webhooks.decided[kind](delivery.kind), "good");
    } finally {
      // Also after a refusal: the delivery is then no longer what the list says.
      void queryClient.invalidateQueries({ queryKey: ["deliveries", webhook] });
    }
  }
  const ask = (kind: Decision) => (delivery: Delivery) =>
    setQuestion({
      title: m.webhooks.confirm[kind].title,
      subject: delivery.kind,
      hint: m.webhooks.confirm[kind].hint,
      action: m.webhooks[kind],
      harmless: kind === "retry",
      run: () => carryOut(kind, delivery),
    });
  return (
    <section aria-label={m.webhooks.deliveries} className="flex flex-col gap-4">
      <div className="flex flex-wrap items-center gap-x-4 gap-y-2">
        <h3 className="font-semibold">{m.webhooks.deliveries}</h3>
        <StateFilter
          label={m.webhooks.filter}
          states={FILTERS}
          chosen={state}
          name={(each) => (each ? m.webhooks.deliveryStates[each] : m.webhooks.allStates)}
          onChoose={(each) => void navigate({ search: (now) => ({ ...now, state: each }), replace: true })}
          testId="deliveries"
        />
      </div>
      <PagedTable
        pages={deliveries}
        label={m.webhooks.deliveries}
        columns={columns(ask("retry"), ask("discard"))}
        id={({ event }) => event}
        testId="delivery-row"
        awaited={3}
        empty={
          <Empty icon={<ListChecks />} title={state ? m.webhooks.noDeliveriesIn(m.webhooks.deliveryStates[state]) : m.webhooks.noDeliveries}>
            {m.webhooks.noDeliveriesHint}
          </Empty>
        }
        more={{ name: m.webhooks.more, testId: "deliveries-more" }}
      />
      <Confirm question={question} close={() => setQuestion(undefined)} />
    </section>
  );
}

function answer({ state, status, error }: Delivery) {
  if (state !== "delivered" && error) return <span className="line-clamp-2 wrap-anywhere text-bad-text">{error}</span>;
  return status === null ? null : m.webhooks.http(status);
}

const columns = (retry: (delivery: Delivery) => void, discard: (delivery: Delivery) => void): Column<Delivery>[] => [
  {
    key: "at",
    name: m.webhooks.when,
    className: "tabular whitespace-nowrap",
    cell: ({ at }) => <time dateTime={at}>{formatFull(at)}</time>,
  },
  {
    key: "kind",
    name: m.webhooks.kind,
    span: "all",
    cell: ({ kind, event }) => (
      <>
        <span className="block wrap-anywhere">{kind}</span>
        <span className="tabular block text-xs text-faint">{event}</span>
      </>
    ),
  },
  { key: "state", name: m.webhooks.state, cell: ({ state }) => <DeliveryState state={state} /> },
  { key: "attempts", name: m.webhooks.attempts, number: true, cell: ({ attempts }) => attempts },
  { key: "answer", name: m.webhooks.answer, span: "all", className: "min-w-40 max-w-md", cell: answer },
  {
    key: "took",
    name: m.webhooks.took,
    number: true,
    className: "whitespace-nowrap",
    cell: ({ attempts, took_ms }) => (attempts === 0 ? null : m.webhooks.ms(took_ms)),
  },
  {
    key: "actions",
    name: <span className="sr-only">{m.webhooks.actions}</span>,
    action: true,
    className: "text-right",
    cell: (delivery) => {
      const when = formatFull(delivery.at);
      return (
        <span className="flex justify-end gap-1.5">
          <Button
            size="small"
            data-testid="delivery-retry"
            aria-label={m.webhooks.retryLabel(delivery.kind, when)}
            icon={<RotateCw className="size-3.5" />}
            onClick={() => retry(delivery)}
          >
            {m.webhooks.retry}
          </Button>
          {mayDiscard(delivery) && (
            <Button
              size="small"
              data-testid="delivery-discard"
              aria-label={m.webhooks.discardLabel(delivery.kind, when)}
              icon={<Trash2 className="size-3.5" />}
              onClick={() => discard(delivery)}
            >
              {m.webhooks.discard}
            </Button>
          )}
        </span>
      );
    },
  },
];
