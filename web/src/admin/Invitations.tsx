import { useQuery } from "@tanstack/react-query";
import { Mail } from "lucide-react";
import { useState } from "react";
import { tandem } from "../api/client";
import { queries, queryClient } from "../api/queries";
import type { InvitationInfo } from "../api/types";
import { m } from "../messages";
import { Button } from "../ui/Button";
import { Confirm, type Question } from "../ui/Confirm";
import { Failure } from "../ui/states";
import { formatFull } from "../ui/time";
import { toast, toastError } from "../ui/toasts";

const told = () => queryClient.invalidateQueries({ queryKey: ["invitations"] });

/** Who was invited and has not joined. Nothing, while that is nobody. */
export function Invitations() {
  const invitations = useQuery(queries.invitations);
  const [question, setQuestion] = useState<Question>();
  async function again({ id, email }: InvitationInfo) {
    await tandem.invitations.resend(id);
    toast(m.admin.invited(email), "good");
    await told();
  }
  async function withdraw({ id, display_name }: InvitationInfo) {
    await tandem.invitations.remove(id);
    toast(m.admin.withdrawn(display_name), "good");
    await told();
  }
  if (invitations.isError) return <Failure error={invitations.error} retry={() => void invitations.refetch()} />;
  if (!invitations.data?.length) return null;
  return (
    <section aria-label={m.admin.invitations} data-testid="invitations" className="rounded-2xl border border-line p-5">
      <h2 className="mb-3 font-semibold">{m.admin.invitations}</h2>
      <ul className="flex flex-col divide-y divide-line">
        {invitations.data.map((each) => (
          <li key={each.id} data-testid="invitation-row" className="flex flex-wrap items-center gap-x-3 gap-y-2 py-3 first:pt-0 last:pb-0">
            <Mail aria-hidden className="size-5 shrink-0 text-faint" />
            <div className="min-w-0 grow basis-48">
              <p className="font-medium break-words">{each.display_name}</p>
              <p className="text-sm break-words text-soft">
                {each.email}
                {" · "}
                {each.sent_at ? <time dateTime={each.expires_at}>{m.admin.invitedUntil(formatFull(each.expires_at))}</time> : m.admin.inviteWaits}
              </p>
            </div>
            <div className="flex gap-2">
              <Button size="small" data-testid="invitation-again" aria-label={m.admin.inviteAgainLabel(each.display_name)} onClick={() => void again(each).catch(toastError)}>
                {m.admin.inviteAgain}
              </Button>
              <Button
                size="small"
                data-testid="invitation-withdraw"
                aria-label={m.admin.withdrawLabel(each.display_name)}
                onClick={() =>
                  setQuestion({
                    title: m.admin.withdrawTitle(each.display_name),
                    hint: m.admin.withdrawHint,
                    action: m.admin.withdraw,
                    run: () => withdraw(each),
                  })
                }
              >
                {m.admin.withdraw}
              </Button>
            </div>
          </li>
        ))}
      </ul>
      <Confirm question={question} close={() => setQuestion(undefined)} />
    </section>
  );
}
