import { useQueryClient } from "@tanstack/react-query";
import { tandem } from "../api/client";
import type { Job } from "../api/types";
import { m } from "../messages";
import { Confirm, type Question } from "../ui/Confirm";
import { toast } from "../ui/toasts";

export interface Decision {
  kind: "retry" | "discard";
  job: Job;
}

/** Asks once more before a job is tried again or discarded. */
export function ConfirmJob({ decision, close }: { decision: Decision | undefined; close: () => void }) {
  const client = useQueryClient();
  async function carryOut({ kind, job }: Decision) {
    try {
      await (kind === "retry" ? tandem.jobs.retry(job.id) : tandem.jobs.remove(job.id));
      toast(m.operations.decided[kind](job.kind), "good");
    } finally {
      // Also after a refusal: the job is then no longer what the list says.
      void client.invalidateQueries({ queryKey: ["jobs"] });
    }
  }
  const question: Question | undefined = decision && {
    title: m.operations.confirm[decision.kind].title,
    subject: decision.job.kind,
    hint: m.operations.confirm[decision.kind].hint,
    action: m.operations[decision.kind],
    harmless: decision.kind === "retry",
    run: () => carryOut(decision),
  };
  return <Confirm question={question} close={close} testId="job-confirm" />;
}
