import { useId } from "react";

export interface Choice {
  value: string;
  label: string;
  hint?: string;
  disabled?: boolean;
}

interface Props {
  label: string;
  hint?: string;
  error?: string | undefined;
  choices: readonly Choice[];
  chosen: readonly string[];
  onChange: (chosen: string[]) => void;
  disabled?: boolean;
  testId: string;
}

/** Any number of several: a group of check boxes. */
export function Choices({ label, hint, error, choices, chosen, onChange, disabled, testId }: Props) {
  const id = useId();
  const toggle = (value: string) => onChange(chosen.includes(value) ? chosen.filter((each) => each !== value) : [...chosen, value]);
  const described = error ? `${id}-error` : hint ? `${id}-hint` : undefined;
  return (
    <fieldset aria-describedby={described} className="min-w-0">
      <legend className="mb-1.5 text-sm font-medium">{label}</legend>
      {hint && !error && (
        <p id={`${id}-hint`} className="mb-2 text-sm text-soft">
          {hint}
        </p>
      )}
      {error && (
        <p id={`${id}-error`} className="mb-2 text-sm text-bad-text">
          {error}
        </p>
      )}
      <div className="grid gap-x-4 gap-y-2 sm:grid-cols-2">
        {choices.map((choice) => (
          <label key={choice.value} className="flex items-start gap-2.5">
            <input
              type="checkbox"
              data-testid={`${testId}-${choice.value}`}
              checked={chosen.includes(choice.value)}
              disabled={disabled || choice.disabled}
              onChange={() => toggle(choice.value)}
              className="mt-0.5 size-4 shrink-0 accent-(--accent)"
            />
            <span className="min-w-0">
              <span className="block break-words">{choice.label}</span>
              {choice.hint && <span className="block text-sm text-soft">{choice.hint}</span>}
            </span>
          </label>
        ))}
      </div>
    </fieldset>
  );
}
