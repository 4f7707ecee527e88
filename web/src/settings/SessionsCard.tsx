import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { tandem } from "../api/client";
import { queries, queryClient } from "../api/queries";
import type { Session } from "../api/types";
import { m } from "../messages";
import { Button } from "../ui/Button";
import { Card } from "../ui/Card";
import { Confirm, type Question } from "../ui/Confirm";
import { Failure, SkeletonRows } from "../ui/states";
import { toast, toastError } from "../ui/toasts";
import { nameOf, SessionList } from "./SessionList";

const refresh = () => queryClient.invalidateQueries({ queryKey: ["sessions"] });

/** Where one is signed in, and how to end it there. */
export function SessionsCard() {
  const sessions = useQuery({ ...queries.mySessions, staleTime: 0 });
  const [question, setQuestion] = useState<Question>();
  const [ending, setEnding] = useState<string>();

  async function end(session: Session) {
    setEnding(session.id);
    try {
      await tandem.me.sessions.remove(session.id);
      toast(m.security.ended, "good");
    } catch (error) {
      toastError(error);
    } finally {
      await refresh();
      setEnding(undefined);
    }
  }

  async function endOthers() {
    await tandem.me.sessions.removeAll();
    toast(m.security.othersEnded, "good");
    await refresh();
  }

  const several = (sessions.data?.length ?? 0) > 1;
  const ask = () => setQuestion({ title: m.security.endOthersTitle, hint: m.security.endOthersHint, action: m.security.endOthers, run: endOthers });
  return (
    <Card
      title={m.security.sessions}
      hint={m.security.sessionsHint}
      testId="sessions"
      action={
        several && (
          <Button data-testid="sessions-end-others" onClick={ask}>
            {m.security.endOthers}
          </Button>
        )
      }
    >
      {sessions.isPending && <SkeletonRows count={2} />}
      {sessions.isError && <Failure error={sessions.error} retry={() => void sessions.refetch()} />}
      {sessions.data && (
        <SessionList
          sessions={sessions.data}
          action={(session) =>
            !session.current && (
              <Button
                size="small"
                data-testid="session-end"
                aria-label={m.security.endLabel(nameOf(session))}
                busy={ending === session.id}
                onClick={() => void end(session)}
              >
                {m.security.end}
              </Button>
            )
          }
        />
      )}
      <Confirm question={question} close={() => setQuestion(undefined)} />
    </Card>
  );
}
