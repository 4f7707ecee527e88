import { useInfiniteQuery } from "@tanstack/react-query";
import { useNavigate, useSearch } from "@tanstack/react-router";
import { ListChecks, RotateCw, Trash2 } from "lucide-react";
import { useState } from "react";
import { queries } from "../api/queries";
import type { Job, JobState as State } from "../api/types";
import { m } from "../messages";
import { Button } from "../ui/Button";
import { PagedTable } from "../ui/PagedTable";
import { Empty } from "../ui/states";
import { StateFilter } from "../ui/StateFilter";
import type { Column } from "../ui/Table";
import { formatFull } from "../ui/time";
import { ConfirmJob, type Decision } from "./ConfirmJob";
import { JobDrawer } from "./JobDrawer";
import { JobState } from "./JobState";
import { mayDiscard, mayRetry } from "./model";

const FILTERS: readonly (State | undefined)[] = [undefined, "waiting", "running", "dead", "done", "discarded"];

export function JobsList() {
  const { state } = useSearch({ from: "/signed-in/operations" });
  const navigate = useNavigate({ from: "/operations" });
  const jobs = useInfiniteQuery(queries.jobs(state));
  const [shown, setShown] = useState<Job>();
  const [decision, setDecision] = useState<Decision>();
  const decide = (kind: Decision["kind"]) => (job: Job) => {
    setShown(undefined);
    setDecision({ kind, job });
  };
  const actions = { show: setShown, retry: decide("retry"), discard: decide("discard") };
  return (
    <div className="flex flex-col gap-4">
      <StateFilter
        label={m.operations.filter}
        states={FILTERS}
        chosen={state}
        name={(each) => (each ? m.operations.states[each] : m.operations.allStates)}
        onChoose={(each) => void navigate({ search: (now) => ({ ...now, tab: "jobs", state: each }), replace: true })}
        testId="jobs"
      />
      <PagedTable
        pages={jobs}
        label={m.operations.jobs}
        columns={columns(actions)}
        id={(job) => job.id}
        testId="job-row"
        awaited={3}
        empty={
          <Empty icon={<ListChecks />} title={state ? m.operations.noJobsIn(m.operations.states[state]) : m.operations.noJobs}>
            {m.operations.noJobsHint}
          </Empty>
        }
        more={{ name: m.operations.more, testId: "jobs-more" }}
      />
      <JobDrawer job={shown} close={() => setShown(undefined)} retry={actions.retry} discard={actions.discard} />
      <ConfirmJob decision={decision} close={() => setDecision(undefined)} />
    </div>
  );
}

interface Actions {
  show: (job: Job) => void;
  retry: (job: Job) => void;
  discard: (job: Job) => void;
}

const columns = ({ show, retry, discard }: Actions): Column<Job>[] => [
  {
    key: "kind",
    name: m.operations.kind,
    className: "max-w-64",
    cell: (job) => (
      <button type="button" data-testid="job-open" onClick={() => show(job)} className="block max-w-full truncate text-left hover:underline">
        {job.kind}
      </button>
    ),
  },
  { key: "state", name: m.operations.state, cell: ({ state }) => <JobState state={state} /> },
  { key: "attempts", name: m.operations.attempts, number: true, cell: ({ attempts, max_attempts }) => m.operations.tries(attempts, max_attempts) },
  {
    key: "run_at",
    name: m.operations.runAt,
    title: m.operations.runAtTitle,
    span: "two",
    className: "tabular whitespace-nowrap",
    cell: ({ run_at }) => <time dateTime={run_at}>{formatFull(run_at)}</time>,
  },
  {
    key: "error",
    name: m.operations.error,
    span: "all",
    className: "min-w-48 max-w-md",
    cell: ({ error }) => error && <span className="line-clamp-2 break-words text-bad-text">{error}</span>,
  },
  {
    key: "actions",
    name: <span className="sr-only">{m.operations.actions}</span>,
    action: true,
    className: "text-right",
    cell: (job) => (
      <span className="flex justify-end gap-1.5">
        {mayRetry(job) && (
          <Button size="small" data-testid="job-retry" icon={<RotateCw className="size-3.5" />} onClick={() => retry(job)}>
            {m.operations.retry}
          </Button>
        )}
        {mayDiscard(job) && (
          <Button size="small" data-testid="job-discard" icon={<Trash2 className="size-3.5" />} onClick={() => discard(job)}>
            {m.operations.discard}
          </Button>
        )}
      </span>
    ),
  },
];
