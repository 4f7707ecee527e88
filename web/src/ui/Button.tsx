import type { ButtonHTMLAttributes, ReactNode, Ref } from "react";
import { cx } from "./cx";
import { Spinner } from "./Spinner";

type Look = "primary" | "plain" | "ghost" | "good" | "bad";

const looks: Record<Look, string> = {
  primary: "bg-accent text-on-accent hover:bg-accent-hover",
  plain: "bg-raised text-text border border-line hover:bg-hover shadow-card",
  ghost: "text-soft hover:bg-hover hover:text-text",
  good: "bg-good text-white hover:brightness-110",
  bad: "bg-bad text-white hover:brightness-110",
};

interface Props extends ButtonHTMLAttributes<HTMLButtonElement> {
  look?: Look;
  size?: "small" | "normal" | "large";
  busy?: boolean;
  icon?: ReactNode;
  ref?: Ref<HTMLButtonElement>;
}

const sizes = {
  small: "h-7 px-2.5 text-sm gap-1.5 rounded-md",
  normal: "h-9 px-3.5 gap-2 rounded-lg",
  large: "h-11 px-5 gap-2 rounded-lg text-lg",
};

export function Button({ look = "plain", size = "normal", busy, icon, className, children, disabled, ...rest }: Props) {
  return (
    <button
      type="button"
      {...rest}
      disabled={disabled || busy}
      aria-busy={busy || undefined}
      className={cx(
        "inline-flex shrink-0 items-center justify-center font-medium whitespace-nowrap transition-colors select-none",
        "disabled:opacity-50",
        sizes[size],
        looks[look],
        className,
      )}
    >
      {busy ? <Spinner /> : icon}
      {children}
    </button>
  );
}

interface IconProps extends ButtonHTMLAttributes<HTMLButtonElement> {
  label: string;
  look?: Look;
  size?: "small" | "normal" | "large";
  round?: boolean;
  /** Set for a switch: whether it is on. */
  pressed?: boolean;
  ref?: Ref<HTMLButtonElement>;
}

const squares = { small: "size-7 rounded-md", normal: "size-9 rounded-lg", large: "size-11 rounded-xl" };

export function IconButton({ label, look = "ghost", size = "normal", round, pressed, className, children, ...rest }: IconProps) {
  return (
    <button
      type="button"
      {...rest}
      aria-label={label}
      title={rest.title ?? label}
      aria-pressed={pressed}
      className={cx(
        "inline-flex shrink-0 items-center justify-center transition-colors select-none disabled:opacity-50",
        squares[size],
        round && "rounded-full",
        looks[look],
        className,
      )}
    >
      {children}
    </button>
  );
}
