import { useInfiniteQuery } from "@tanstack/react-query";
import { useState, type FormEvent } from "react";
import { tandem } from "../api/client";
import { queries, queryClient } from "../api/queries";
import type { Cursor, Delivery, Webhook, WebhookReplay } from "../api/types";
import { m } from "../messages";
import { Button } from "../ui/Button";
import { Confirm, type Question } from "../ui/Confirm";
import { Dialog, DialogHeader } from "../ui/Dialog";
import { Select } from "../ui/fields";
import { formatFull } from "../ui/time";
import { toast } from "../ui/toasts";
import { START } from "./model";

const nameOf = ({ at, kind, event }: Delivery): string => `${formatFull(at)} · ${kind} · ${event}`;

/** Asks from where on events are sent once more. */
export function ReplayDialog({ webhook, close }: { webhook: Webhook; close: () => void }) {
  const deliveries = useInfiniteQuery(queries.deliveries(webhook.id, undefined));
  const rows = deliveries.data?.pages.flatMap((page) => page.items) ?? [];
  const [from, setFrom] = useState<"start" | "after">("start");
  const [chosen, setChosen] = useState<Delivery>();
  const [question, setQuestion] = useState<Question>();
  // What was chosen stays on offer while newer ones push it off the list.
  const offered = chosen && !rows.some(({ event }) => event === chosen.event) ? [...rows, chosen] : rows;

  async function replay(after: Cursor) {
    const body: WebhookReplay = { after };
    await tandem.webhooks.replay(webhook.id, body);
    toast(m.webhooks.replayed(webhook.name), "good");
    void queryClient.invalidateQueries({ queryKey: ["webhooks"] });
    void queryClient.invalidateQueries({ queryKey: ["deliveries", webhook.id] });
    close();
  }
  function submit(submitted: FormEvent) {
    submitted.preventDefault();
    const after = from === "after" ? chosen : undefined;
    setQuestion({
      title: m.webhooks.replayConfirm,
      subject: webhook.name,
      hint: after ? m.webhooks.replayRest(nameOf(after)) : m.webhooks.replayAll,
      action: m.webhooks.replayDo,
      run: () => replay(after?.event ?? START),
    });
  }
  const choice = (value: typeof from, label: string) => (
    <label className="flex items-start gap-2.5">
      <input
        type="radio"
        name="from"
        data-testid={`replay-${value}`}
        checked={from === value}
        onChange={() => {
          setFrom(value);
          setChosen((before) => before ?? rows[0]);
        }}
        className="mt-0.5 size-4 shrink-0 accent-(--accent)"
      />
      <span>{label}</span>
    </label>
  );
  return (
    <>
      <Dialog open label={m.webhooks.replayTitle} onClose={close}>
        <form noValidate onSubmit={submit} data-testid="replay-dialog">
          <DialogHeader title={m.webhooks.replayTitle} onClose={close} />
          <div className="flex flex-col gap-4 p-5">
            <p className="text-soft">{m.webhooks.replayHint}</p>
            <fieldset className="flex min-w-0 flex-col gap-2">
              <legend className="mb-1.5 text-sm font-medium">{m.webhooks.replayFrom}</legend>
              {choice("start", m.webhooks.replayStart)}
              {rows.length > 0 && choice("after", m.webhooks.replayAfter)}
            </fieldset>
            {from === "after" && chosen && (
              <Select label={m.webhooks.replayEvent} value={chosen.event} data-testid="replay-event" onChange={(change) => setChosen(offered.find(({ event }) => event === change.target.value))}>
                {offered.map((each) => (
                  <option key={each.event} value={each.event}>
                    {nameOf(each)}
                  </option>
                ))}
              </Select>
            )}
            <div className="flex justify-end gap-2">
              <Button onClick={close}>{m.cancel}</Button>
              <Button type="submit" look="primary" data-testid="replay-next">
                {m.webhooks.replayNext}
              </Button>
            </div>
          </div>
        </form>
      </Dialog>
      {/* Beside the form: what is answered in it is not the form's. */}
      <Confirm question={question} close={() => setQuestion(undefined)} />
    </>
  );
}
