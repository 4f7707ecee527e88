import { Link } from "@tanstack/react-router";
import { Problem } from "../api/client";
import { m } from "../messages";

export const isEnded = (error: unknown): boolean => error instanceof Problem && error.status === 404;

/** A link in a mail that was used, is too old, or was followed by another. */
export const LinkEnded = ({ again }: { again: string }) => (
  <>
    <p role="alert" className="rounded-lg bg-bad-soft px-3 py-2 text-bad-text" data-testid="link-ended">
      {m.join.ended}
    </p>
    <p className="text-soft">{again}</p>
    <Link to="/signin" className="self-start text-sm text-soft underline underline-offset-2">
      {m.forgot.back}
    </Link>
  </>
);
