import { useEffect } from "react";

const KEYS: readonly [string, string][] = [
  ["1", ""],
  ["2", "ABC"],
  ["3", "DEF"],
  ["4", "GHI"],
  ["5", "JKL"],
  ["6", "MNO"],
  ["7", "PQRS"],
  ["8", "TUV"],
  ["9", "WXYZ"],
  ["*", ""],
  ["0", "+"],
  ["#", ""],
];

const names: Record<string, string> = { "*": "star", "#": "hash" };

/** Twelve keys, and the same keys of the keyboard unless something else is being typed into. */
export function Keypad({ press, testId, large }: { press: (key: string) => void; testId: string; large?: boolean }) {
  useEffect(() => {
    const onKey = (event: KeyboardEvent) => {
      const target = event.target;
      if (target instanceof HTMLInputElement || target instanceof HTMLTextAreaElement) return;
      if (!event.ctrlKey && !event.metaKey && !event.altKey && /^[0-9*#]$/.test(event.key)) press(event.key);
    };
    window.addEventListener("keydown", onKey);
    return () => window.removeEventListener("keydown", onKey);
  }, [press]);
  return (
    <div className="grid grid-cols-3 gap-1.5">
      {KEYS.map(([key, letters]) => (
        <button
          key={key}
          type="button"
          aria-label={names[key]}
          data-testid={`${testId}-${names[key] ?? key}`}
          onClick={() => press(key)}
          className={`flex flex-col items-center justify-center rounded-xl bg-sunken leading-tight transition-colors select-none hover:bg-hover active:bg-selected ${large ? "h-15" : "h-12"}`}
        >
          <span className="tabular text-xl font-medium">{key}</span>
          <span className="h-3 text-[0.625rem] tracking-widest text-faint">{letters}</span>
        </button>
      ))}
    </div>
  );
}
