import { useId, type AriaAttributes, type InputHTMLAttributes, type ReactNode, type SelectHTMLAttributes, type TextareaHTMLAttributes } from "react";
import { cx } from "./cx";

export const inputClass =
  "w-full min-w-0 rounded-lg border border-line-strong/70 bg-surface px-3 text-text outline-offset-0 placeholder:text-faint focus:border-accent disabled:opacity-60";

interface About {
  label: string;
  error?: string | undefined;
  hint?: ReactNode;
}

/** What says what a field is for stands around it, and is told of it. */
function Labelled({ label, error, hint, className, field }: About & { className?: string | undefined; field: (about: { id: string } & AriaAttributes) => ReactNode }) {
  const id = useId();
  const described = error ? `${id}-error` : hint ? `${id}-hint` : undefined;
  return (
    <div className={cx("flex flex-col gap-1.5", className)}>
      <label htmlFor={id} className="text-sm font-medium">
        {label}
      </label>
      {field({ id, "aria-invalid": error ? true : undefined, "aria-describedby": described })}
      {error ? (
        <p id={`${id}-error`} className="text-sm text-bad-text">
          {error}
        </p>
      ) : (
        hint && (
          <p id={`${id}-hint`} className="text-sm text-faint">
            {hint}
          </p>
        )
      )}
    </div>
  );
}

export function Field({ label, error, hint, className, ...rest }: About & InputHTMLAttributes<HTMLInputElement>) {
  const field = (about: object) => <input {...rest} {...about} className={cx(inputClass, "h-10")} />;
  return <Labelled label={label} error={error} hint={hint} className={className} field={field} />;
}

/** Several lines. */
export function TextArea({ label, error, hint, ...rest }: About & TextareaHTMLAttributes<HTMLTextAreaElement>) {
  const field = (about: object) => <textarea {...rest} {...about} className={cx(inputClass, "py-2")} />;
  return <Labelled label={label} error={error} hint={hint} field={field} />;
}

interface SelectProps extends SelectHTMLAttributes<HTMLSelectElement> {
  label: string;
  children: ReactNode;
}

export function Select({ label, children, className, ...rest }: SelectProps) {
  const id = useId();
  return (
    <div className={cx("flex flex-col gap-1.5", className)}>
      <label htmlFor={id} className="text-sm font-medium">
        {label}
      </label>
      <select id={id} {...rest} className={cx(inputClass, "h-9")}>
        {children}
      </select>
    </div>
  );
}

interface SwitchProps {
  label: ReactNode;
  on: boolean;
  onChange: (on: boolean) => void;
  hint?: ReactNode;
  disabled?: boolean;
  testId?: string;
}

export function Switch({ label, on, onChange, hint, disabled, testId }: SwitchProps) {
  const id = useId();
  return (
    <div className="flex items-start gap-3">
      <button
        id={id}
        type="button"
        role="switch"
        aria-checked={on}
        aria-labelledby={`${id}-label`}
        disabled={disabled}
        data-testid={testId}
        onClick={() => onChange(!on)}
        className={cx(
          "mt-0.5 inline-flex h-5 w-9 shrink-0 items-center rounded-full border p-0.5 transition-colors disabled:opacity-50",
          on ? "border-accent bg-accent" : "border-line-strong bg-hover",
        )}
      >
        <span className={cx("size-3.5 rounded-full transition-transform", on ? "translate-x-4 bg-white" : "bg-line-strong")} />
      </button>
      <div>
        <span id={`${id}-label`} className="font-medium">
          {label}
        </span>
        {hint && <p className="text-sm text-soft">{hint}</p>}
      </div>
    </div>
  );
}
