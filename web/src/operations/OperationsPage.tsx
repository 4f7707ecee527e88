import { useNavigate, useSearch } from "@tanstack/react-router";
import { Tabs } from "radix-ui";
import type { OperationsTab } from "../router";
import { m } from "../messages";
import { useMay } from "../session/me";
import { NotFound } from "../shell/Crash";
import { cx } from "../ui/cx";
import { JobsList } from "./JobsList";
import { NodesTable } from "./NodesTable";

/** What runs and what waits to be done, for those who look after it. */
export function OperationsPage() {
  const may = useMay();
  const search = useSearch({ from: "/signed-in/operations" });
  const navigate = useNavigate({ from: "/operations" });
  const tabs: OperationsTab[] = [];
  if (may("node:view")) tabs.push("nodes");
  if (may("job:manage")) tabs.push("jobs");
  const tab = tabs.find((each) => each === search.tab) ?? tabs[0];
  if (!tab) return <NotFound />;
  return (
    <Tabs.Root
      value={tab}
      onValueChange={(value) => void navigate({ search: { tab: value as OperationsTab }, replace: true })}
      className="flex h-full flex-col"
      data-testid="operations"
    >
      <header className="flex shrink-0 flex-wrap items-center gap-x-6 gap-y-1 border-b border-line px-4 md:px-6">
        <h1 className="py-2 text-lg font-semibold md:py-3.5">{m.operations.title}</h1>
        <Tabs.List aria-label={m.operations.title} className="-mb-px flex gap-5 self-end">
          {tabs.map((each) => (
            <Tabs.Trigger
              key={each}
              value={each}
              data-testid={`tab-${each}`}
              className={cx(
                "border-b-2 px-0.5 py-2.5 font-medium transition-colors md:py-4",
                each === tab ? "border-accent text-text" : "border-transparent text-soft hover:text-text",
              )}
            >
              {m.operations[each]}
            </Tabs.Trigger>
          ))}
        </Tabs.List>
      </header>
      <div className="min-h-0 grow overflow-y-auto p-3 md:p-6">
        <Tabs.Content value="nodes" className="outline-offset-4">
          <NodesTable />
        </Tabs.Content>
        <Tabs.Content value="jobs" className="outline-offset-4">
          <JobsList />
        </Tabs.Content>
      </div>
    </Tabs.Root>
  );
}
