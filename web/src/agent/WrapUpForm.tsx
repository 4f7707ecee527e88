import { useQuery } from "@tanstack/react-query";
import { Check } from "lucide-react";
import { useState, type FormEvent } from "react";
import { tandem } from "../api/client";
import { queries, queryClient } from "../api/queries";
import type { Conversation, WrapUp, WrapUpPolicy } from "../api/types";
import { m } from "../messages";
import { Button } from "../ui/Button";
import { cx } from "../ui/cx";
import { inputClass } from "../ui/fields";
import { Skeleton } from "../ui/states";
import { formatDuration, useCountdown } from "../ui/time";
import { toast, toastError } from "../ui/toasts";

interface Props {
  conversation: Conversation;
  policy: WrapUpPolicy | undefined;
  /** When the wrap-up began; null while the talk goes on. */
  since: string | null;
  given: WrapUp | null;
}

const drafts = new Map<string, { code: string | null; note: string }>();

/** Code and note. They may be prepared during the talk; they are given once it is over. */
export function WrapUpForm({ conversation, policy, since, given }: Props) {
  const codes = useQuery(queries.wrapUpCodes);
  const draft = drafts.get(conversation.id);
  const [code, setCode] = useState(given?.code ?? draft?.code ?? null);
  const [note, setNote] = useState(given?.note ?? draft?.note ?? "");
  const [busy, setBusy] = useState(false);
  const keep = (next: { code: string | null; note: string }) => {
    setCode(next.code);
    setNote(next.note);
    drafts.set(conversation.id, next);
  };

  async function submit(event: FormEvent) {
    event.preventDefault();
    if (!code) return toast(m.agent.codeFirst, "bad");
    setBusy(true);
    try {
      await tandem.conversations.wrapUp(conversation.id, { code, note: note.trim() || null });
      drafts.delete(conversation.id);
      toast(m.agent.given, "good");
      void queryClient.invalidateQueries({ queryKey: ["conversation", conversation.id] });
      void queryClient.invalidateQueries({ queryKey: ["agent.me"] });
    } catch (error) {
      toastError(error);
    } finally {
      setBusy(false);
    }
  }

  return (
    <form onSubmit={(event) => void submit(event)} aria-label={m.agent.wrapUp} data-testid="wrap-up" className="rounded-2xl border border-line p-4">
      <div className="mb-3 flex flex-wrap items-center gap-x-3">
        <h3 className="font-semibold">{m.agent.wrapUp}</h3>
        <span className="grow text-soft">{m.agent.wrapUpHint}</span>
        {since && policy?.mode === "timed" && <Countdown until={Date.parse(since) + policy.seconds * 1_000} />}
      </div>
      {codes.isPending && <Skeleton className="h-9 w-2/3" />}
      <div role="radiogroup" aria-label={m.agent.wrapUpHint} className="flex flex-wrap gap-2">
        {codes.data?.map((each) => (
          <label
            key={each.id}
            data-testid={`wrapup-code-${each.name.toLowerCase().replaceAll(/[^a-z0-9]+/g, "-")}`}
            className={cx(
              "inline-flex h-9 cursor-pointer items-center gap-1.5 rounded-full border px-3.5 transition-colors has-focus-visible:outline-2 has-focus-visible:outline-offset-2 has-focus-visible:outline-accent-text",
              code === each.id ? "border-accent bg-selected font-medium text-accent-text" : "border-line hover:bg-hover",
            )}
          >
            <input type="radio" name="code" value={each.id} checked={code === each.id} onChange={() => keep({ code: each.id, note })} className="sr-only" />
            {code === each.id && <Check aria-hidden className="size-3.5" />}
            {each.name}
          </label>
        ))}
      </div>
      <textarea
        value={note}
        rows={2}
        maxLength={4_000}
        aria-label={m.agent.note}
        placeholder={m.agent.notePlaceholder}
        data-testid="wrapup-note"
        onChange={(event) => keep({ code, note: event.target.value })}
        className={cx(inputClass, "mt-3 max-h-60 resize-y py-2 [field-sizing:content]")}
      />
      {since && (
        <div className="mt-3 flex items-center justify-end gap-3">
          {policy?.mode === "mandatory" && <p className="grow text-sm text-soft">{m.agent.mandatory}</p>}
          <Button type="submit" look="primary" busy={busy} data-testid="wrapup-done">
            {m.agent.done}
          </Button>
        </div>
      )}
    </form>
  );
}

function Countdown({ until }: { until: number }) {
  const left = useCountdown(until, 500);
  return (
    <span className="tabular rounded-full bg-selected px-2.5 py-0.5 text-sm font-medium text-accent-text" data-testid="wrapup-left">
      {m.agent.timeLeft(formatDuration(left + 999))}
    </span>
  );
}
