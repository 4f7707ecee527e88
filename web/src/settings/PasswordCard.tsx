import { useState, type FormEvent } from "react";
import { Problem, tandem } from "../api/client";
import { queryClient } from "../api/queries";
import { m } from "../messages";
import { useMe } from "../session/me";
import { Button } from "../ui/Button";
import { Card } from "../ui/Card";
import { Field } from "../ui/fields";
import { describe } from "../ui/states";
import { toast } from "../ui/toasts";

const SHORTEST = 10;

/** What the server, or a look at the form, found wrong with each field. */
type Faults = Partial<Record<"current_password" | "new_password" | "form", string>>;

/** Changes one's password. */
export function PasswordCard() {
  const { user } = useMe();
  const [busy, setBusy] = useState(false);
  const [faults, setFaults] = useState<Faults>({});

  async function submit(event: FormEvent<HTMLFormElement>) {
    event.preventDefault();
    const form = event.currentTarget;
    const value = (name: string) => String(new FormData(form).get(name) ?? "");
    const body = { current_password: value("current_password"), new_password: value("new_password") };
    const found: Faults = {};
    if (!body.current_password) found.current_password = m.signIn.missing;
    if ([...body.new_password].length < SHORTEST) found.new_password = m.security.newPasswordHint;
    setFaults(found);
    if (Object.keys(found).length > 0) return;
    setBusy(true);
    try {
      // Once: had it arrived, the old password would be a wrong one.
      await tandem.me.password.set(body, { retries: 0 });
      form.reset();
      toast(m.security.changed, "good");
      void queryClient.invalidateQueries({ queryKey: ["sessions"] });
    } catch (error) {
      setFaults(faultsOf(error));
    } finally {
      setBusy(false);
    }
  }

  return (
    <Card title={m.security.password} hint={m.security.passwordHint} testId="password">
      <form noValidate onSubmit={(event) => void submit(event)} className="flex max-w-md flex-col gap-4">
        {/* So that password managers know whose it is. */}
        <input type="text" name="username" autoComplete="username" value={user.name} readOnly hidden />
        {faults.form && (
          <p role="alert" className="rounded-lg bg-bad-soft px-3 py-2 text-bad-text">
            {faults.form}
          </p>
        )}
        <Field label={m.security.currentPassword} name="current_password" type="password" autoComplete="current-password" error={faults.current_password} />
        <Field
          label={m.security.newPassword}
          name="new_password"
          type="password"
          autoComplete="new-password"
          hint={m.security.newPasswordHint}
          error={faults.new_password}
        />
        <Button type="submit" look="primary" busy={busy} className="self-start" data-testid="password-change">
          {m.security.change}
        </Button>
      </form>
    </Card>
  );
}

function faultsOf(error: unknown): Faults {
  const fields = error instanceof Problem ? (error.body.errors ?? []) : [];
  const found: Faults = {};
  for (const { field, message } of fields) {
    if (field === "current_password" || field === "new_password") found[field] = message;
  }
  return Object.keys(found).length > 0 ? found : { form: describe(error) };
}
