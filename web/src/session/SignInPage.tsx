import { Link, useRouter, useSearch } from "@tanstack/react-router";
import { Fingerprint } from "lucide-react";
import { useEffect, useRef, useState, type FormEvent } from "react";
import { Problem } from "../api/client";
import { queryClient } from "../api/queries";
import type { IdentityProviderId } from "../api/types";
import { m } from "../messages";
import { Button } from "../ui/Button";
import { Field } from "../ui/fields";
import { describe } from "../ui/states";
import { signInAt, typedElsewhere } from "./elsewhere";
import { isCancelled, passkeysPossible } from "./passkey";
import { goToProvider } from "./provider";
import { ProviderButtons } from "./ProviderButtons";
import { signIn, signInWithPasskey } from "./session";

export function SignInPage() {
  const router = useRouter();
  const { to } = useSearch({ from: "/signin" });
  const [busy, setBusy] = useState(false);
  const [problem, setProblem] = useState<string | null>(null);
  const [missing, setMissing] = useState<readonly string[]>([]);
  // Whoever comes from another region goes on with what they typed there.
  const [typed] = useState(() => typedElsewhere(window.location.hash));
  const [withOrg, setWithOrg] = useState(typed.org !== "");
  const [org, setOrg] = useState(typed.org);
  const [withCode, setWithCode] = useState(false);

  const form = useRef<HTMLFormElement>(null);
  // The field that appears is the one to go on with.
  useEffect(() => {
    const field = withCode && form.current?.elements.namedItem("code");
    if (field instanceof HTMLElement) field.focus();
  }, [withCode]);

  useEffect(() => {
    if (typed.name || typed.org) window.history.replaceState(window.history.state, "", window.location.pathname + window.location.search);
  }, [typed]);

  // Nothing of whoever was signed in before stays in memory.
  useEffect(() => queryClient.clear(), []);

  async function submit(event: FormEvent<HTMLFormElement>) {
    event.preventDefault();
    const form = new FormData(event.currentTarget);
    const value = (name: string) => String(form.get(name) ?? "");
    const gaps = ["name", "password", ...(withCode ? ["code"] : [])].filter((name) => !value(name));
    setMissing(gaps);
    setProblem(null);
    if (gaps.length > 0) return;
    setBusy(true);
    const [name, org] = [value("name").trim(), value("org").trim()];
    try {
      await signIn({ name, password: value("password"), ...(org && { org }), ...(withCode && { code: value("code").trim() }) });
      await router.navigate({ href: to ?? "/", replace: true });
    } catch (error) {
      const elsewhere = error instanceof Problem && error.slug === "other-region" ? signInAt(error.address, { name, org }, to) : undefined;
      if (elsewhere) return window.location.assign(elsewhere);
      if (error instanceof Problem && error.errors.some(({ field }) => field === "org")) {
        setWithOrg(true);
        setMissing(["org"]);
        return;
      }
      const slug = error instanceof Problem && error.status === 401 ? error.slug : undefined;
      if (slug === "second-factor-needed") setWithCode(true);
      else setProblem(slug === "wrong-code" ? m.signIn.codeWrong : slug === "provider-needed" ? m.providers.needed : slug ? m.signIn.wrong : describe(error));
    } finally {
      setBusy(false);
    }
  }

  async function withPasskey() {
    setProblem(null);
    setMissing([]);
    setBusy(true);
    try {
      await signInWithPasskey();
      await router.navigate({ href: to ?? "/", replace: true });
    } catch (error) {
      // Who closes the browser's question knows that nothing came of it.
      if (!isCancelled(error)) setProblem(error instanceof Problem && error.status === 401 ? (error.slug === "provider-needed" ? m.providers.needed : m.signIn.passkeyRefused) : describe(error));
    } finally {
      setBusy(false);
    }
  }

  async function byProvider(provider: IdentityProviderId) {
    setProblem(null);
    setMissing([]);
    setBusy(true);
    try {
      await goToProvider(provider, to ?? "/");
    } catch (error) {
      setProblem(describe(error));
      setBusy(false);
    }
  }

  const gap = (name: string) => (missing.includes(name) ? m.signIn.missing : undefined);
  return (
    <main className="grid min-h-full place-items-center p-4">
      <div className="w-full max-w-sm">
        <div className="mb-6 flex items-center gap-3">
          <img src="/icon.svg" alt="" className="size-11" />
          <div>
            <p className="text-xl leading-tight font-semibold tracking-tight">{m.app}</p>
            <p className="text-soft">{m.signIn.lead}</p>
          </div>
        </div>
        <form
          ref={form}
          noValidate
          onSubmit={(event) => void submit(event)}
          aria-labelledby="signin-title"
          className="flex flex-col gap-4 rounded-2xl border border-line bg-surface p-6 shadow-card"
        >
          <h1 id="signin-title" className="text-lg font-semibold">
            {m.signIn.title}
          </h1>
          {problem && (
            <p role="alert" className="rounded-lg bg-bad-soft px-3 py-2 text-bad-text" data-testid="signin-problem">
              {problem}
            </p>
          )}
          <Field label={m.signIn.name} name="name" defaultValue={typed.name} autoComplete="username" autoCapitalize="none" spellCheck={false} error={gap("name")} />
          <Field label={m.signIn.password} name="password" type="password" autoComplete="current-password" error={gap("password")} />
          {withCode && (
            <Field
              label={m.signIn.code}
              name="code"
              autoComplete="one-time-code"
              autoCapitalize="none"
              spellCheck={false}
              hint={m.signIn.codeHint}
              error={gap("code")}
            />
          )}
          <Link to="/forgot" className="self-start text-sm text-soft underline underline-offset-2" data-testid="signin-forgot">
            {m.forgot.link}
          </Link>
          {withOrg ? (
            <Field
              label={m.signIn.org}
              name="org"
              defaultValue={typed.org}
              autoComplete="organization"
              hint={m.signIn.orgHint}
              error={gap("org")}
              onBlur={(event) => setOrg(event.target.value.trim())}
            />
          ) : (
            <button type="button" className="self-start text-sm text-soft underline underline-offset-2" onClick={() => setWithOrg(true)}>
              {m.signIn.orgShow}
            </button>
          )}
          <Button type="submit" look="primary" size="large" busy={busy} data-testid="signin-submit">
            {m.signIn.submit}
          </Button>
          <ProviderButtons org={org} busy={busy} go={(provider) => void byProvider(provider)} />
          {passkeysPossible() && (
            <>
              <p aria-hidden className="flex items-center gap-3 text-sm text-faint before:h-px before:grow before:bg-line after:h-px after:grow after:bg-line">
                {m.signIn.or}
              </p>
              <Button size="large" busy={busy} icon={<Fingerprint className="size-5" />} data-testid="signin-passkey" onClick={() => void withPasskey()}>
                {m.signIn.passkey}
              </Button>
            </>
          )}
        </form>
      </div>
    </main>
  );
}
