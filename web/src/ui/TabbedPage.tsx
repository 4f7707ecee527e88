import { Tabs } from "radix-ui";
import type { ReactNode } from "react";
import { cx } from "./cx";

/** A page of several views, one at a time; which one is in the address. */
export function TabbedPage<Tab extends string>({
  title,
  aside,
  testId,
  tabs,
  tab,
  onTab,
  label,
  views,
}: {
  title: string;
  /** Beside the title. */
  aside?: ReactNode;
  testId: string;
  /** Those there are, in their order. */
  tabs: readonly Tab[];
  tab: Tab;
  onTab: (tab: Tab) => void;
  label: (tab: Tab) => string;
  views: Record<Tab, ReactNode>;
}) {
  return (
    <Tabs.Root value={tab} onValueChange={(value) => onTab(value as Tab)} className="flex h-full flex-col" data-testid={testId}>
      <header className="flex shrink-0 flex-wrap items-center gap-x-6 gap-y-1 border-b border-line px-4 md:px-6">
        <h1 className="py-2 text-lg font-semibold md:py-3.5">{title}</h1>
        {aside}
        <Tabs.List aria-label={title} className="-mb-px flex gap-5 self-end">
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
              {label(each)}
            </Tabs.Trigger>
          ))}
        </Tabs.List>
      </header>
      <div className="min-h-0 grow overflow-y-auto p-3 md:p-6">
        {tabs.map((each) => (
          <Tabs.Content key={each} value={each} className="outline-offset-4">
            {views[each]}
          </Tabs.Content>
        ))}
      </div>
    </Tabs.Root>
  );
}
