import type { JobState as State } from "../api/types";
import { m } from "../messages";
import { cx } from "../ui/cx";

const looks: Record<State, string> = {
  waiting: "bg-warn-soft text-warn-text",
  running: "bg-queue-soft text-queue-text",
  dead: "bg-bad-soft text-bad-text",
  done: "bg-good-soft text-good-text",
  discarded: "bg-hover text-soft",
};

export const JobState = ({ state }: { state: State }) => (
  <span data-testid="job-state" data-state={state} className={cx("rounded-full px-2 py-0.5 text-xs font-medium whitespace-nowrap", looks[state])}>
    {m.operations.states[state]}
  </span>
);
