import { DropdownMenu } from "radix-ui";
import type { ReactNode } from "react";
import { cx } from "./cx";

interface Props {
  trigger: ReactNode;
  children: ReactNode;
  align?: "start" | "center" | "end";
  side?: "top" | "bottom";
  className?: string;
}

export function Menu({ trigger, children, align = "end", side = "bottom", className }: Props) {
  return (
    // Not modal: a modal one locks scrolling with an injected style sheet, which the content security policy refuses.
    <DropdownMenu.Root modal={false}>
      <DropdownMenu.Trigger asChild>{trigger}</DropdownMenu.Trigger>
      <DropdownMenu.Portal>
        <DropdownMenu.Content
          align={align}
          side={side}
          sideOffset={6}
          collisionPadding={8}
          className={cx(
            "z-50 max-h-(--radix-dropdown-menu-content-available-height) min-w-48 animate-rise overflow-y-auto rounded-xl border border-line bg-raised p-1 shadow-float",
            className,
          )}
        >
          {children}
        </DropdownMenu.Content>
      </DropdownMenu.Portal>
    </DropdownMenu.Root>
  );
}

interface ItemProps {
  icon?: ReactNode;
  onSelect: () => void;
  children: ReactNode;
  bad?: boolean;
  testId?: string;
}

export function MenuItem({ icon, onSelect, children, bad, testId }: ItemProps) {
  return (
    <DropdownMenu.Item
      onSelect={onSelect}
      data-testid={testId}
      className={cx("flex min-h-8 items-center gap-2.5 rounded-lg px-2.5 py-1.5 outline-none select-none data-highlighted:bg-hover", bad && "text-bad-text")}
    >
      <span className="flex w-4 shrink-0 justify-center text-faint">{icon}</span>
      <span className="grow">{children}</span>
    </DropdownMenu.Item>
  );
}
