import { useNavigate, useSearch } from "@tanstack/react-router";
import { Tabs } from "radix-ui";
import { useState } from "react";
import type { DivisionId } from "../api/types";
import { DivisionPicker } from "../divisions/DivisionPicker";
import type { QueuesTab } from "../router";
import { m } from "../messages";
import { cx } from "../ui/cx";
import { AgentsTable } from "./AgentsTable";
import { ConversationsTable } from "./ConversationsTable";
import { QueuesTable } from "./QueuesTable";
import { WhyDrawer } from "./WhyDrawer";

const TABS: readonly QueuesTab[] = ["queues", "agents", "conversations"];

export function QueuesPage() {
  const { tab = "queues", why } = useSearch({ from: "/signed-in/queues" });
  const navigate = useNavigate({ from: "/queues" });
  const [division, setDivision] = useState<DivisionId>();
  const go = (value: string) => void navigate({ search: (now) => ({ ...now, tab: value as QueuesTab }), replace: true });
  return (
    <Tabs.Root value={tab} onValueChange={go} className="flex h-full flex-col" data-testid="supervisor">
      <header className="flex shrink-0 flex-wrap items-center gap-x-6 gap-y-1 border-b border-line px-4 md:px-6">
        <h1 className="pt-3 text-lg font-semibold md:py-3.5">{m.supervisor.title}</h1>
        <Tabs.List aria-label={m.supervisor.title} className="-mb-px flex gap-5 self-end">
          {TABS.map((each) => (
            <Tabs.Trigger
              key={each}
              value={each}
              data-testid={`tab-${each}`}
              className={cx(
                "border-b-2 px-0.5 py-2.5 font-medium md:py-4 transition-colors",
                each === tab ? "border-accent text-text" : "border-transparent text-soft hover:text-text",
              )}
            >
              {m.supervisor[each]}
            </Tabs.Trigger>
          ))}
        </Tabs.List>
      </header>
      <div className="flex min-h-0 grow flex-col gap-4 overflow-y-auto p-3 md:p-6">
        <DivisionPicker label={m.divisions.division} any={m.divisions.all} value={division} onChange={setDivision} testId="queues-division" />
        <Tabs.Content value="queues" className="outline-offset-4">
          <QueuesTable division={division} />
          <h2 className="mt-8 mb-3 px-1 text-lg font-semibold">{m.supervisor.agents}</h2>
          <AgentsTable division={division} />
        </Tabs.Content>
        <Tabs.Content value="agents" className="outline-offset-4">
          <AgentsTable division={division} />
        </Tabs.Content>
        <Tabs.Content value="conversations" className="outline-offset-4">
          <ConversationsTable division={division} />
        </Tabs.Content>
      </div>
      <WhyDrawer conversation={why} close={() => void navigate({ search: (now) => ({ ...now, why: undefined }) })} />
    </Tabs.Root>
  );
}
