import { useQuery } from "@tanstack/react-query";
import { AppWindow } from "lucide-react";
import { useState } from "react";
import { tandem } from "../api/client";
import { queries, queryClient } from "../api/queries";
import type { Application } from "../api/types";
import { m } from "../messages";
import { Button } from "../ui/Button";
import { Card } from "../ui/Card";
import { Confirm, type Question } from "../ui/Confirm";
import { Failure, SkeletonRows } from "../ui/states";
import { formatFull, formatShort } from "../ui/time";
import { toast } from "../ui/toasts";

/** Programs that one allowed to act for oneself. */
export function GrantsCard() {
  const grants = useQuery({ ...queries.grants, staleTime: 0 });
  const [question, setQuestion] = useState<Question>();

  async function end({ grant, name }: Application) {
    await tandem.me.grants.remove(grant);
    toast(m.security.grantEnded(name), "good");
    await queryClient.invalidateQueries({ queryKey: ["grants"] });
  }
  const ask = (given: Application) =>
    setQuestion({ title: m.security.endGrantTitle(given.name), hint: m.security.endGrantHint, action: m.security.endGrant, run: () => end(given) });

  return (
    <Card title={m.security.grants} hint={m.security.grantsHint} testId="grants">
      {grants.isPending && <SkeletonRows count={1} />}
      {grants.isError && <Failure error={grants.error} retry={() => void grants.refetch()} />}
      {grants.data?.length === 0 && <p className="text-soft">{m.security.noGrants}</p>}
      {!!grants.data?.length && (
        <ul className="flex flex-col divide-y divide-line">
          {grants.data.map((given) => (
            <li key={given.grant} data-testid="grant-row" className="flex flex-wrap items-center gap-x-3 gap-y-2 py-3 first:pt-0 last:pb-0">
              <AppWindow aria-hidden className="size-5 shrink-0 text-faint" />
              <div className="min-w-0 grow basis-48">
                <p className="font-medium break-words">{given.name}</p>
                <p className="text-sm text-soft">
                  <time dateTime={given.created_at} title={formatFull(given.created_at)}>
                    {m.security.allowedAt(formatShort(given.created_at))}
                  </time>
                  {" · "}
                  <time dateTime={given.last_used_at} title={formatFull(given.last_used_at)}>
                    {m.security.usedAt(formatShort(given.last_used_at))}
                  </time>
                </p>
                <p className="tabular text-sm break-words text-faint">{given.scopes.join(", ")}</p>
              </div>
              <Button size="small" data-testid="grant-end" aria-label={m.security.endGrantLabel(given.name)} onClick={() => ask(given)}>
                {m.security.endGrant}
              </Button>
            </li>
          ))}
        </ul>
      )}
      <Confirm question={question} close={() => setQuestion(undefined)} />
    </Card>
  );
}
