import { useMutation } from "@tanstack/react-query";
import { Link, useParams, useRouter, useSearch } from "@tanstack/react-router";
import { useEffect, useRef, useState, type FormEvent } from "react";
import { queryClient } from "../api/queries";
import { m } from "../messages";
import { AskedPage } from "../oauth/AskedPage";
import { Button } from "../ui/Button";
import { Field } from "../ui/fields";
import { describe, SkeletonRows } from "../ui/states";
import { asksForCode, begun, forgetBegun, signInWithAnswer } from "./provider";

/** Where identity providers send people back to. */
export function CallbackPage() {
  const { org } = useParams({ from: "/signin/callback/$org" });
  const { code, state, iss, error } = useSearch({ from: "/signin/callback/$org" });
  const router = useRouter();
  const [began] = useState(begun);
  const signIn = useMutation({
    mutationFn: async (secondFactor?: string) => {
      if (!began || !code || !state) return;
      await signInWithAnswer(began, { org, code, state, ...(iss !== undefined && { iss }) }, secondFactor);
      // Nothing of whoever was signed in here before stays in memory.
      queryClient.clear();
      await router.navigate({ href: began.to, replace: true });
    },
  });
  const { mutate } = signIn;
  // Once, however often the page is drawn: the answer is good for one time.
  const asked = useRef(false);
  useEffect(() => {
    if (asked.current || error || !began || !code || !state) return;
    asked.current = true;
    forgetBegun();
    mutate(undefined);
  }, [began, code, state, error, mutate]);

  const codeFor = asksForCode(signIn.error);
  const [wantsCode, setWantsCode] = useState(false);
  if (codeFor && !wantsCode) setWantsCode(true);
  const refused = error ? m.providers.refused(error) : !began || !code || !state ? m.providers.notBegun : signIn.isError && !codeFor ? describe(signIn.error) : undefined;
  if (refused) return <Refused why={refused} />;
  return (
    <AskedPage title={m.providers.signingIn} testId="callback">
      {wantsCode ? <Code wrong={codeFor === "wrong"} busy={signIn.isPending} send={mutate} /> : <SkeletonRows count={2} />}
    </AskedPage>
  );
}

const Refused = ({ why }: { why: string }) => (
  <AskedPage title={m.providers.refusedTitle} testId="callback">
    <p role="alert" className="rounded-lg bg-bad-soft px-3 py-2 text-bad-text wrap-anywhere" data-testid="callback-problem">
      {why}
    </p>
    <Link to="/signin" className="self-start text-accent-text underline" data-testid="callback-again">
      {m.providers.again}
    </Link>
  </AskedPage>
);

function Code({ wrong, busy, send }: { wrong: boolean; busy: boolean; send: (code: string) => void }) {
  const form = useRef<HTMLFormElement>(null);
  const [empty, setEmpty] = useState(false);
  useEffect(() => {
    form.current?.querySelector<HTMLElement>("input")?.focus();
  }, [wrong]);
  function submit(event: FormEvent<HTMLFormElement>) {
    event.preventDefault();
    const code = String(new FormData(event.currentTarget).get("code") ?? "").trim();
    setEmpty(!code);
    if (code) send(code);
  }
  return (
    <form ref={form} noValidate onSubmit={submit} className="flex flex-col gap-4">
      <Field
        label={m.signIn.code}
        name="code"
        autoComplete="one-time-code"
        autoCapitalize="none"
        spellCheck={false}
        hint={m.signIn.codeHint}
        error={empty ? m.signIn.missing : wrong && !busy ? m.signIn.codeWrong : undefined}
      />
      <Button type="submit" look="primary" size="large" busy={busy} data-testid="callback-code">
        {m.signIn.submit}
      </Button>
    </form>
  );
}
