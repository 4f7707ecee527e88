import { LogIn } from "lucide-react";
import { useEffect, useState } from "react";
import { tandem } from "../api/client";
import type { IdentityProviderId, SignInOption } from "../api/types";
import { m } from "../messages";
import { Button } from "../ui/Button";

interface Props {
  /** The org whose providers are shown; empty: the only one there is. */
  org: string;
  busy: boolean;
  go: (provider: IdentityProviderId) => void;
}

/** A button for each identity provider of the org. */
export function ProviderButtons({ org, busy, go }: Props) {
  const [options, setOptions] = useState<SignInOption[]>([]);
  // Not remembered: what is, goes when this page is opened.
  useEffect(() => {
    const left = new AbortController();
    tandem.signInOptions.get({ ...(org && { org }) }, { signal: left.signal }).then(
      ({ providers }) => setOptions(providers),
      // Without them, there is still the password.
      () => undefined,
    );
    return () => left.abort();
  }, [org]);
  return (
    <>
      {options.map(({ provider, name }) => (
        <Button key={provider} size="large" busy={busy} icon={<LogIn className="size-5" />} data-testid="signin-provider" onClick={() => go(provider)}>
          <span className="min-w-0 truncate">{m.providers.signInBy(name)}</span>
        </Button>
      ))}
    </>
  );
}
