import { useMutation, useQueryClient } from "@tanstack/react-query";
import { post, remove } from "../api/client";
import type { Job } from "../api/types";
import { m } from "../messages";
import { Button } from "../ui/Button";
import { Dialog } from "../ui/Dialog";
import { describe } from "../ui/states";
import { toast } from "../ui/toasts";

export interface Decision {
  kind: "retry" | "discard";
  job: Job;
}

/** Asks once more before a job is tried again or discarded, and says why when the server refuses. */
export function ConfirmJob({ decision, close }: { decision: Decision | undefined; close: () => void }) {
  const client = useQueryClient();
  const carryOut = useMutation({
    mutationFn: ({ kind, job }: Decision) => (kind === "retry" ? post<Job>(`/jobs/${job.id}/retry`) : remove<Job>(`/jobs/${job.id}`)),
    onSuccess: (_, { kind, job }) => {
      toast(m.operations.decided[kind](job.kind), "good");
      leave();
    },
    // Also after a refusal: the job is then no longer what the list says.
    onSettled: () => client.invalidateQueries({ queryKey: ["jobs"] }),
  });
  const leave = () => {
    carryOut.reset();
    close();
  };
  if (!decision) return null;
  const { kind, job } = decision;
  const title = m.operations.confirm[kind].title;
  return (
    <Dialog open label={title} onClose={leave}>
      <div className="flex flex-col gap-2 p-5" data-testid="job-confirm">
        <h2 className="text-lg font-semibold">{title}</h2>
        <p className="font-medium break-words">{job.kind}</p>
        <p className="text-soft">{m.operations.confirm[kind].hint}</p>
        {carryOut.isError && (
          <p role="alert" className="rounded-lg bg-bad-soft px-3 py-2 text-bad-text">
            {describe(carryOut.error)}
          </p>
        )}
        <div className="mt-3 flex justify-end gap-2">
          <Button onClick={leave}>{m.cancel}</Button>
          <Button
            look={kind === "retry" ? "primary" : "bad"}
            busy={carryOut.isPending}
            data-testid="job-confirm-do"
            onClick={() => carryOut.mutate(decision)}
          >
            {m.operations[kind]}
          </Button>
        </div>
      </div>
    </Dialog>
  );
}
