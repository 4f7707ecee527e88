import type { ReactNode } from "react";
import type { Job } from "../api/types";
import { m } from "../messages";
import { Button } from "../ui/Button";
import { Dialog, DialogHeader } from "../ui/Dialog";
import { formatFull } from "../ui/time";
import { JobState } from "./JobState";
import { mayDiscard, mayRetry } from "./model";

interface Props {
  job: Job | undefined;
  close: () => void;
  retry: (job: Job) => void;
  discard: (job: Job) => void;
}

/** All there is to know about a job, for deciding what becomes of it. */
export function JobDrawer({ job, close, retry, discard }: Props) {
  if (!job) return null;
  return (
    <Dialog open onClose={close} label={m.operations.job} shape="drawer">
      <div className="flex h-full flex-col" data-testid="job-drawer">
        <DialogHeader title={m.operations.job} onClose={close}>
          <JobState state={job.state} />
        </DialogHeader>
        {/* A region that scrolls is reached by keyboard too. */}
        {/* oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex */}
        <div tabIndex={0} role="region" aria-label={job.kind} className="min-h-0 grow overflow-y-auto p-5 -outline-offset-2">
          <p className="mb-4 text-lg font-semibold break-words">{job.kind}</p>
          <dl className="flex flex-col gap-3.5">
            {job.error && (
              <Fact name={m.operations.error}>
                <p className="rounded-lg bg-bad-soft px-3 py-2 break-words whitespace-pre-wrap text-bad-text">{job.error}</p>
              </Fact>
            )}
            <Fact name={m.operations.attempts}>{m.operations.tries(job.attempts, job.max_attempts)}</Fact>
            <Fact name={m.operations.runAt}>{formatFull(job.run_at)}</Fact>
            <Fact name={m.operations.createdAt}>{formatFull(job.created_at)}</Fact>
            <Fact name={m.operations.changedAt}>{formatFull(job.changed_at)}</Fact>
            {job.key && <Fact name={m.operations.key}>{job.key}</Fact>}
            <Fact name={m.operations.payload}>
              <pre className="rounded-lg bg-sunken px-3 py-2 text-sm break-words whitespace-pre-wrap">{JSON.stringify(job.payload, null, 2)}</pre>
            </Fact>
            <Fact name={m.operations.id}>{job.id}</Fact>
          </dl>
        </div>
        {(mayRetry(job) || mayDiscard(job)) && (
          <footer className="flex justify-end gap-2 border-t border-line px-5 py-3.5">
            {mayDiscard(job) && <Button onClick={() => discard(job)}>{m.operations.discard}</Button>}
            {mayRetry(job) && (
              <Button look="primary" onClick={() => retry(job)}>
                {m.operations.retry}
              </Button>
            )}
          </footer>
        )}
      </div>
    </Dialog>
  );
}

const Fact = ({ name, children }: { name: string; children: ReactNode }) => (
  <div>
    <dt className="text-xs text-soft">{name}</dt>
    <dd className="tabular break-words">{children}</dd>
  </div>
);
