import { Link } from "@tanstack/react-router";
import { useMutation } from "@tanstack/react-query";
import { useState, type FormEvent } from "react";
import { tandem } from "../api/client";
import type { RequestPasswordReset } from "../api/types";
import { m } from "../messages";
import { AskedPage } from "../oauth/AskedPage";
import { Button } from "../ui/Button";
import { Field } from "../ui/fields";
import { Refusal } from "./Refusal";

/** Has a link sent to who forgot their password. Whether there is anybody of that name is not told. */
export function ForgotPage() {
  const [login, setLogin] = useState("");
  const [org, setOrg] = useState("");
  const [checked, setChecked] = useState(false);
  const ask = useMutation({ mutationFn: (body: RequestPasswordReset) => tandem.passwordResets.create(body) });
  function submit(event: FormEvent) {
    event.preventDefault();
    setChecked(true);
    if (login.trim()) ask.mutate({ login: login.trim(), ...(org.trim() && { org: org.trim() }) });
  }
  return (
    <AskedPage title={m.forgot.title} testId="forgot">
      {ask.isSuccess ? (
        <p role="status" data-testid="forgot-sent">
          {m.forgot.sent}
        </p>
      ) : (
        <form noValidate onSubmit={submit} className="flex flex-col gap-4">
          <p className="text-soft">{m.forgot.hint}</p>
          {ask.isError && <Refusal error={ask.error} />}
          <Field
            label={m.forgot.login}
            name="login"
            autoComplete="username"
            autoCapitalize="none"
            spellCheck={false}
            value={login}
            onChange={(event) => setLogin(event.target.value)}
            error={checked && !login.trim() ? m.signIn.missing : undefined}
          />
          <Field
            label={m.signIn.org}
            name="org"
            autoComplete="organization"
            hint={m.signIn.orgHint}
            value={org}
            onChange={(event) => setOrg(event.target.value)}
          />
          <Button type="submit" look="primary" size="large" busy={ask.isPending} data-testid="forgot-send">
            {m.forgot.send}
          </Button>
        </form>
      )}
      <Link to="/signin" className="self-start text-sm text-soft underline underline-offset-2">
        {m.forgot.back}
      </Link>
    </AskedPage>
  );
}
