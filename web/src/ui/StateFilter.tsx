import { cx } from "./cx";

interface Props<S extends string> {
  label: string;
  /** Of which one is chosen; `undefined` is all. */
  states: readonly (S | undefined)[];
  chosen: S | undefined;
  name: (state: S | undefined) => string;
  onChoose: (state: S | undefined) => void;
  /** Before each one's name. */
  testId: string;
}

/** Chooses which rows of a list are shown, by their state. */
export function StateFilter<S extends string>({ label, states, chosen, name, onChoose, testId }: Props<S>) {
  return (
    <div role="group" aria-label={label} className="flex flex-wrap gap-1.5">
      {states.map((each) => (
        <button
          key={each ?? "all"}
          type="button"
          aria-pressed={each === chosen}
          data-testid={`${testId}-${each ?? "all"}`}
          onClick={() => onChoose(each)}
          className={cx(
            "h-8 rounded-full border px-3 font-medium transition-colors",
            each === chosen ? "border-transparent bg-selected text-accent-text" : "border-line text-soft hover:bg-hover hover:text-text",
          )}
        >
          {name(each)}
        </button>
      ))}
    </div>
  );
}
