import { useState, type FormEvent } from "react";
import { m } from "../messages";
import { Button } from "../ui/Button";
import { Field } from "../ui/fields";
import { Refusal } from "./Refusal";

const CHARS = 10;

interface Props {
  /** Whose it will be, for the browser's password manager. */
  login?: string;
  action: string;
  busy: boolean;
  error: unknown;
  choose: (password: string) => void;
}

/** A new password, typed twice. */
export function ChoosePassword({ login, action, busy, error, choose }: Props) {
  const [password, setPassword] = useState("");
  const [again, setAgain] = useState("");
  const [checked, setChecked] = useState(false);
  const short = [...password].length < CHARS;
  function submit(event: FormEvent) {
    event.preventDefault();
    setChecked(true);
    if (!short && password === again) choose(password);
  }
  return (
    <form noValidate onSubmit={submit} className="flex flex-col gap-4">
      {!!error && <Refusal error={error} />}
      {login && <input type="text" name="username" autoComplete="username" value={login} readOnly hidden />}
      <Field
        label={m.security.newPassword}
        name="password"
        type="password"
        autoComplete="new-password"
        hint={m.security.newPasswordHint}
        value={password}
        onChange={(event) => setPassword(event.target.value)}
        error={checked && short ? m.security.newPasswordHint : undefined}
      />
      <Field
        label={m.reset.repeat}
        name="again"
        type="password"
        autoComplete="new-password"
        value={again}
        onChange={(event) => setAgain(event.target.value)}
        error={checked && !short && password !== again ? m.reset.differ : undefined}
      />
      <Button type="submit" look="primary" size="large" busy={busy} data-testid="choose-password">
        {action}
      </Button>
    </form>
  );
}
