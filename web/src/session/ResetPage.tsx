import { Link, useLocation } from "@tanstack/react-router";
import { useMutation } from "@tanstack/react-query";
import { tandem } from "../api/client";
import { m } from "../messages";
import { AskedPage } from "../oauth/AskedPage";
import { ChoosePassword } from "./ChoosePassword";
import { isEnded, LinkEnded } from "./LinkEnded";

/** Where the link in a mail leads who forgot their password. */
export function ResetPage() {
  const token = useLocation({ select: ({ hash }) => hash });
  const choose = useMutation({ mutationFn: (password: string) => tandem.passwordResets.complete({ token, new_password: password }, { retries: 0 }) });
  return (
    <AskedPage title={m.reset.title} testId="reset">
      {choose.isSuccess ? (
        <>
          <p role="status" data-testid="reset-done">
            {m.reset.done}
          </p>
          <Link to="/signin" className="self-start font-medium text-accent-text underline underline-offset-2" data-testid="reset-signin">
            {m.signIn.submit}
          </Link>
        </>
      ) : isEnded(choose.error) ? (
        <LinkEnded again={m.reset.again} />
      ) : (
        <>
          <p className="text-soft">{m.reset.hint}</p>
          <ChoosePassword action={m.reset.choose} busy={choose.isPending} error={choose.error} choose={choose.mutate} />
        </>
      )}
    </AskedPage>
  );
}
