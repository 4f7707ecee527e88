import type { Consent } from "../api/types";
import { m } from "../messages";
import { signOut } from "../session/session";
import { useMe } from "../session/me";
import { Button } from "../ui/Button";
import { describe } from "../ui/states";

interface Props {
  consent: Consent;
  /** What else there is to know before one decides. */
  hint: string;
  /** What is being told to the server. */
  busy: boolean | undefined;
  error: unknown;
  decide: (allow: boolean) => void;
}

/** Names who asks, for whom, and what for, and takes the answer. */
export function ConsentForm({ consent, hint, busy, error, decide }: Props) {
  const { user } = useMe();
  const nothing = consent.scopes.length === 0;
  return (
    <>
      <p className="break-words text-soft">
        {m.oauth.signedInAs(user.display_name, consent.org)}{" "}
        <button type="button" className="underline underline-offset-2" onClick={() => void signOut()}>
          {m.oauth.another}
        </button>
      </p>
      {nothing ? (
        <p role="alert">{m.oauth.nothing}</p>
      ) : (
        <div>
          <p className="mb-2 font-medium">{m.oauth.may}</p>
          <ul className="flex list-disc flex-col gap-1 pl-5" data-testid="consent-scopes">
            {consent.scopes.map((scope) => (
              <li key={scope.name} data-scope={scope.name}>
                {scope.description}
              </li>
            ))}
          </ul>
        </div>
      )}
      <p className="text-sm break-words text-soft">
        {hint} {m.oauth.trust}
      </p>
      {error !== null && (
        <p role="alert" className="rounded-lg bg-bad-soft px-3 py-2 text-bad-text">
          {describe(error)}
        </p>
      )}
      <div className="flex flex-wrap justify-end gap-2">
        <Button disabled={busy !== undefined} busy={busy === false} data-testid="consent-deny" onClick={() => decide(false)}>
          {m.oauth.deny}
        </Button>
        <Button look="primary" disabled={nothing || busy !== undefined} busy={busy === true} data-testid="consent-allow" onClick={() => decide(true)}>
          {m.oauth.allow}
        </Button>
      </div>
    </>
  );
}
