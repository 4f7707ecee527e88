import { useQuery } from "@tanstack/react-query";
import { Fingerprint, Plus } from "lucide-react";
import { useState } from "react";
import { tandem } from "../api/client";
import { queries, queryClient } from "../api/queries";
import type { PasskeyInfo } from "../api/types";
import { m } from "../messages";
import { passkeysPossible } from "../session/passkey";
import { Button } from "../ui/Button";
import { Card } from "../ui/Card";
import { Confirm, type Question } from "../ui/Confirm";
import { Failure, SkeletonRows } from "../ui/states";
import { formatFull, formatShort } from "../ui/time";
import { toast } from "../ui/toasts";
import { NewPasskeyDialog, RenamePasskeyDialog } from "./PasskeyDialogs";

/** The authenticators that sign one in. */
export function PasskeysCard() {
  const passkeys = useQuery({ ...queries.passkeys, staleTime: 0 });
  const [making, setMaking] = useState(false);
  const [renaming, setRenaming] = useState<PasskeyInfo>();
  const [question, setQuestion] = useState<Question>();

  async function take(passkey: PasskeyInfo) {
    await tandem.me.passkeys.remove(passkey.id);
    toast(m.security.passkeyRemoved, "good");
    await queryClient.invalidateQueries({ queryKey: ["passkeys"] });
  }
  const ask = (passkey: PasskeyInfo) =>
    setQuestion({
      title: m.security.removePasskeyTitle(passkey.name),
      hint: m.security.removePasskeyHint,
      action: m.security.removePasskey,
      run: () => take(passkey),
    });

  const possible = passkeysPossible();
  return (
    <Card
      title={m.security.passkeys}
      hint={possible ? m.security.passkeysHint : m.security.passkeysImpossible}
      testId="passkeys"
      action={
        possible && (
          <Button data-testid="passkey-new" icon={<Plus className="size-4" />} onClick={() => setMaking(true)}>
            {m.security.addPasskey}
          </Button>
        )
      }
    >
      {passkeys.isPending && <SkeletonRows count={1} />}
      {passkeys.isError && <Failure error={passkeys.error} retry={() => void passkeys.refetch()} />}
      {passkeys.data?.length === 0 && <p className="text-soft">{m.security.noPasskeys}</p>}
      {!!passkeys.data?.length && (
        <ul className="flex flex-col divide-y divide-line">
          {passkeys.data.map((passkey) => (
            <li key={passkey.id} data-testid="passkey-row" className="flex flex-wrap items-center gap-x-3 gap-y-2 py-3 first:pt-0 last:pb-0">
              <Fingerprint aria-hidden className="size-5 shrink-0 text-faint" />
              <div className="min-w-0 grow basis-48">
                <p className="font-medium break-words">{passkey.name}</p>
                <p className="text-sm text-soft">
                  <time dateTime={passkey.created_at}>{m.security.madeAt(formatFull(passkey.created_at))}</time>
                  {" · "}
                  {passkey.last_used_at ? m.security.usedAt(formatShort(passkey.last_used_at)) : m.security.neverUsed}
                </p>
              </div>
              <div className="flex gap-2">
                <Button size="small" data-testid="passkey-rename" aria-label={m.security.renameLabel(passkey.name)} onClick={() => setRenaming(passkey)}>
                  {m.security.rename}
                </Button>
                <Button size="small" data-testid="passkey-remove" aria-label={m.security.removePasskeyLabel(passkey.name)} onClick={() => ask(passkey)}>
                  {m.security.removePasskey}
                </Button>
              </div>
            </li>
          ))}
        </ul>
      )}
      {making && <NewPasskeyDialog close={() => setMaking(false)} />}
      {renaming && <RenamePasskeyDialog passkey={renaming} close={() => setRenaming(undefined)} />}
      <Confirm question={question} close={() => setQuestion(undefined)} />
    </Card>
  );
}
