import { useMutation, useQuery } from "@tanstack/react-query";
import { useSearch } from "@tanstack/react-router";
import { useEffect } from "react";
import { Problem, tandem } from "../api/client";
import { m } from "../messages";
import { describe, Failure, SkeletonRows } from "../ui/states";
import { AskedPage } from "./AskedPage";
import { ConsentForm } from "./ConsentForm";

/** A program sent somebody here to be allowed to act for them; the browser goes back to it with the answer. */
export function AuthorizePage() {
  const request = useSearch({ from: "/asked/oauth/authorize" });
  const asked = useQuery({
    queryKey: ["authorization", request],
    queryFn: ({ signal }) => tandem.oauth.authorize.get(request, { signal, retries: 0 }),
    staleTime: 0,
    gcTime: 0,
  });
  const decide = useMutation({
    mutationFn: (allow: boolean) => tandem.oauth.authorize.create({ allow, request }),
    onSuccess: ({ location }) => leave(location),
  });
  const onward = asked.data?.kind === "redirect" ? asked.data.location : undefined;
  useEffect(() => {
    if (onward) leave(onward);
  }, [onward]);

  if (asked.isError) return <Refused error={asked.error} retry={() => void asked.refetch()} />;
  if (asked.data?.kind !== "ask") {
    return (
      <AskedPage title={m.oauth.title} testId="authorize">
        <SkeletonRows count={2} />
      </AskedPage>
    );
  }
  const { consent } = asked.data;
  return (
    <AskedPage title={m.oauth.asks(consent.client)} testId="authorize">
      <ConsentForm
        consent={consent}
        hint={m.oauth.onward(new URL(consent.redirect_uri ?? location.href).host)}
        // Once it is decided the browser is on its way.
        busy={decide.isPending || decide.isSuccess ? decide.variables : undefined}
        error={decide.error}
        decide={(allow) => decide.mutate(allow)}
      />
    </AskedPage>
  );
}

/** The server has checked where to. */
const leave = (location: string): void => window.location.replace(location);

/** Nobody is sent back to a program that is not who it says it is. */
function Refused({ error, retry }: { error: unknown; retry: () => void }) {
  if (!(error instanceof Problem) || error.transient) return <Failure error={error} retry={retry} />;
  return (
    <AskedPage title={m.oauth.broken} testId="authorize">
      <p className="text-soft">{m.oauth.brokenHint}</p>
      <p role="alert" className="rounded-lg bg-bad-soft px-3 py-2 text-bad-text">
        {error.body.errors?.map((each) => `${each.field}: ${each.message}`).join("; ") || describe(error)}
      </p>
    </AskedPage>
  );
}
