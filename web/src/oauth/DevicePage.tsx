import { useMutation } from "@tanstack/react-query";
import { useSearch } from "@tanstack/react-router";
import { useState } from "react";
import { Problem, tandem } from "../api/client";
import { m } from "../messages";
import { Button } from "../ui/Button";
import { Field } from "../ui/fields";
import { describe } from "../ui/states";
import { AskedPage } from "./AskedPage";
import { ConsentForm } from "./ConsentForm";

/** A device shows a code; whoever enters it here decides whether the device may act for them. */
export function DevicePage() {
  const search = useSearch({ from: "/asked/device" });
  const [code, setCode] = useState(search.user_code ?? "");
  const look = useMutation({ mutationFn: (user_code: string) => tandem.oauth.device.lookup({ user_code }) });
  const decide = useMutation({ mutationFn: (allow: boolean) => tandem.oauth.device.create({ user_code: code, allow }) });

  if (decide.isSuccess) {
    return (
      <AskedPage title={decide.variables ? m.oauth.deviceAllowed : m.oauth.deviceDenied} testId="device">
        <p className="text-soft">{m.oauth.deviceAllowedHint}</p>
      </AskedPage>
    );
  }
  if (look.data) {
    return (
      <AskedPage title={m.oauth.asks(look.data.client)} testId="device">
        <ConsentForm
          consent={look.data}
          hint={m.oauth.deviceCheck(code.trim().toUpperCase())}
          busy={decide.isPending ? decide.variables : undefined}
          error={decide.error}
          decide={(allow) => decide.mutate(allow)}
        />
      </AskedPage>
    );
  }
  const unknown = look.error instanceof Problem && look.error.status === 404;
  const problem = look.error && (unknown ? m.oauth.deviceUnknown : describe(look.error));
  return (
    <AskedPage title={m.oauth.device} testId="device">
      <form
        noValidate
        className="flex flex-col gap-4"
        onSubmit={(event) => {
          event.preventDefault();
          if (code.trim()) look.mutate(code);
        }}
      >
        <Field
          label={m.oauth.deviceCode}
          name="user_code"
          value={code}
          autoComplete="off"
          autoCapitalize="characters"
          spellCheck={false}
          maxLength={20}
          hint={m.oauth.deviceHint}
          error={problem ?? undefined}
          onChange={(event) => setCode(event.target.value)}
        />
        <Button type="submit" look="primary" className="self-end" busy={look.isPending} data-testid="device-next">
          {m.oauth.deviceNext}
        </Button>
      </form>
    </AskedPage>
  );
}
