import { useNavigate, useSearch } from "@tanstack/react-router";
import { Tabs } from "radix-ui";
import type { AdminTab } from "../router";
import { m } from "../messages";
import { useMay } from "../session/me";
import { NotFound } from "../shell/Crash";
import { cx } from "../ui/cx";
import { PeopleAdmin } from "./PeopleAdmin";
import { RolesAdmin } from "./RolesAdmin";

/** People's accounts and what roles allow, for those who administer the org. */
export function AdminPage() {
  const may = useMay();
  const search = useSearch({ from: "/signed-in/admin" });
  const navigate = useNavigate({ from: "/admin" });
  const tabs: AdminTab[] = [];
  if (may("people:write") || may("role:write")) tabs.push("people");
  if (may("role:write")) tabs.push("roles");
  const tab = tabs.find((each) => each === search.tab) ?? tabs[0];
  if (!tab) return <NotFound />;
  return (
    <Tabs.Root
      value={tab}
      onValueChange={(value) => void navigate({ search: { tab: value as AdminTab }, replace: true })}
      className="flex h-full flex-col"
      data-testid="admin"
    >
      <header className="flex shrink-0 flex-wrap items-center gap-x-6 gap-y-1 border-b border-line px-4 md:px-6">
        <h1 className="py-2 text-lg font-semibold md:py-3.5">{m.admin.title}</h1>
        <Tabs.List aria-label={m.admin.title} className="-mb-px flex gap-5 self-end">
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
              {m.admin[each]}
            </Tabs.Trigger>
          ))}
        </Tabs.List>
      </header>
      <div className="min-h-0 grow overflow-y-auto p-3 md:p-6">
        <Tabs.Content value="people" className="outline-offset-4">
          <PeopleAdmin />
        </Tabs.Content>
        <Tabs.Content value="roles" className="outline-offset-4">
          <RolesAdmin />
        </Tabs.Content>
      </div>
    </Tabs.Root>
  );
}
