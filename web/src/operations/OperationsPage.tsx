import { useNavigate, useSearch } from "@tanstack/react-router";
import type { OperationsTab } from "../router";
import { m } from "../messages";
import { useMay } from "../session/me";
import { NotFound } from "../shell/Crash";
import { TabbedPage } from "../ui/TabbedPage";
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
    <TabbedPage
      title={m.operations.title}
      testId="operations"
      tabs={tabs}
      tab={tab}
      onTab={(next) => void navigate({ search: { tab: next }, replace: true })}
      label={(each) => m.operations[each]}
      views={{ nodes: <NodesTable />, jobs: <JobsList /> }}
    />
  );
}
