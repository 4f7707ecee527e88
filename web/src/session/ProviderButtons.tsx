import { useQuery } from "@tanstack/react-query";
import { LogIn } from "lucide-react";
import { queries } from "../api/queries";
import type { IdentityProviderId } from "../api/types";
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
  const options = useQuery(queries.signInOptions(org));
  return (
    <>
      {options.data?.providers.map(({ provider, name }) => (
        <Button key={provider} size="large" busy={busy} icon={<LogIn className="size-5" />} data-testid="signin-provider" onClick={() => go(provider)}>
          <span className="min-w-0 truncate">{m.providers.signInBy(name)}</span>
        </Button>
      ))}
    </>
  );
}
