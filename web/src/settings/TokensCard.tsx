import { useQuery } from "@tanstack/react-query";
import { KeyRound, Plus } from "lucide-react";
import { useState } from "react";
import { tandem } from "../api/client";
import { queries, queryClient } from "../api/queries";
import type { Token } from "../api/types";
import { m } from "../messages";
import { Button } from "../ui/Button";
import { Card } from "../ui/Card";
import { Confirm, type Question } from "../ui/Confirm";
import { Failure, SkeletonRows } from "../ui/states";
import { formatFull, formatShort } from "../ui/time";
import { toast } from "../ui/toasts";
import { NewTokenDialog } from "./NewTokenDialog";

/** Tokens for programs of one's own. */
export function TokensCard() {
  const tokens = useQuery({ ...queries.tokens, staleTime: 0 });
  const [making, setMaking] = useState(false);
  const [question, setQuestion] = useState<Question>();

  async function revoke(token: Token) {
    await tandem.me.tokens.remove(token.id);
    toast(m.security.revoked, "good");
    await queryClient.invalidateQueries({ queryKey: ["tokens"] });
  }
  const ask = (token: Token) =>
    setQuestion({ title: m.security.revokeTitle(token.name), hint: m.security.revokeHint, action: m.security.revoke, run: () => revoke(token) });

  return (
    <Card
      title={m.security.tokens}
      hint={m.security.tokensHint}
      testId="tokens"
      action={
        <Button data-testid="token-new" icon={<Plus className="size-4" />} onClick={() => setMaking(true)}>
          {m.security.newToken}
        </Button>
      }
    >
      {tokens.isPending && <SkeletonRows count={2} />}
      {tokens.isError && <Failure error={tokens.error} retry={() => void tokens.refetch()} />}
      {tokens.data?.length === 0 && <p className="text-soft">{m.security.noTokens}</p>}
      {!!tokens.data?.length && (
        <ul className="flex flex-col divide-y divide-line">
          {tokens.data.map((token) => (
            <li key={token.id} data-testid="token-row" className="flex flex-wrap items-center gap-x-3 gap-y-2 py-3 first:pt-0 last:pb-0">
              <KeyRound aria-hidden className="size-5 shrink-0 text-faint" />
              <div className="min-w-0 grow basis-48">
                <p className="font-medium break-words">{token.name}</p>
                <p className="text-sm text-soft">
                  <time dateTime={token.expires_at}>{m.security.endsAt(formatFull(token.expires_at))}</time>
                  {" · "}
                  {token.last_used_at ? m.security.usedAt(formatShort(token.last_used_at)) : m.security.neverUsed}
                </p>
                <p className="tabular text-sm break-words text-faint">{token.scopes.join(", ")}</p>
              </div>
              <Button size="small" data-testid="token-revoke" aria-label={m.security.revokeLabel(token.name)} onClick={() => ask(token)}>
                {m.security.revoke}
              </Button>
            </li>
          ))}
        </ul>
      )}
      {making && <NewTokenDialog close={() => setMaking(false)} />}
      <Confirm question={question} close={() => setQuestion(undefined)} />
    </Card>
  );
}
