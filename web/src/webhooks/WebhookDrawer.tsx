import { useMutation } from "@tanstack/react-query";
import { useState, type FormEvent } from "react";
import { Problem, tandem } from "../api/client";
import { queryClient } from "../api/queries";
import type { Webhook, WebhookMade, WebhookSettings } from "../api/types";
import { m } from "../messages";
import { Button } from "../ui/Button";
import { Confirm, type Question } from "../ui/Confirm";
import { Field, Switch, TextArea } from "../ui/fields";
import { FormDrawer } from "../ui/FormDrawer";
import { describe } from "../ui/states";
import { toast } from "../ui/toasts";
import { faultsOf, kindsOf, kindsText, settingsOf } from "./model";

interface Props {
  webhook: Webhook | undefined;
  close: () => void;
  /** Shows what is shown once. */
  onMade: (made: WebhookMade) => void;
}

const fresh: Required<WebhookSettings> = { name: "", url: "", kinds: [], paused: false };

/** Makes a webhook, or changes one. */
export function WebhookDrawer({ webhook, close, onMade }: Props) {
  const [settings, setSettings] = useState(webhook ? settingsOf(webhook) : fresh);
  const [kinds, setKinds] = useState(kindsText(settings.kinds));
  const [checked, setChecked] = useState(false);
  const [question, setQuestion] = useState<Question>();
  const set = (change: Partial<WebhookSettings>) => setSettings((before) => ({ ...before, ...change }));
  const draft: WebhookSettings = { ...settings, name: settings.name.trim(), url: settings.url.trim(), kinds: kindsOf(kinds) };
  const missing = !draft.name ? "name" : !draft.url ? "url" : undefined;

  const save = useMutation({
    mutationFn: async (body: WebhookSettings) => {
      if (!webhook) return tandem.webhooks.create(body);
      await tandem.webhooks.update(webhook.id, body);
      return undefined;
    },
    onSuccess: async (made, { name }) => {
      toast(m.webhooks.saved(name), "good");
      await queryClient.invalidateQueries({ queryKey: ["webhooks"] });
      close();
      if (made) onMade(made);
    },
  });
  const refused = save.error instanceof Problem ? faultsOf(save.error.body.errors) : {};
  async function newSecret({ id }: Webhook) {
    const made = await tandem.webhooks.secret(id);
    close();
    onMade(made);
  }
  function submit(event: FormEvent<HTMLFormElement>) {
    event.preventDefault();
    setChecked(true);
    if (missing) return event.currentTarget.querySelector<HTMLElement>(`[name=${missing}]`)?.focus();
    save.mutate(draft);
  }

  const heading = webhook?.name ?? m.webhooks.new;
  return (
    <>
      <FormDrawer
        heading={heading}
        close={close}
        onSubmit={submit}
        refused={save.error}
        testId="webhook-drawer"
        footer={
          <>
            {webhook && (
              <Button
                className="mr-auto"
                data-testid="webhook-new-secret"
                onClick={() =>
                  setQuestion({
                    title: m.webhooks.newSecretTitle(webhook.name),
                    hint: m.webhooks.newSecretHint,
                    action: m.webhooks.newSecret,
                    run: () => newSecret(webhook),
                  })
                }
              >
                {m.webhooks.newSecret}
              </Button>
            )}
            <Button onClick={close}>{m.cancel}</Button>
            <Button type="submit" look="primary" busy={save.isPending} data-testid="webhook-save">
              {m.webhooks.save}
            </Button>
          </>
        }
      >
        {save.isError && Object.keys(refused).length === 0 && (
          <p role="alert" className="rounded-lg bg-bad-soft px-3 py-2 text-bad-text">
            {describe(save.error)}
          </p>
        )}
        {webhook?.state === "suspended" && (
          <div className="rounded-lg bg-bad-soft px-3 py-2 text-bad-text">
            <p>{m.webhooks.suspendedSave}</p>
            {webhook.reason && <p className="mt-1 text-sm wrap-anywhere">{webhook.reason}</p>}
          </div>
        )}
        <Field
          label={m.webhooks.name}
          name="name"
          maxLength={120}
          value={settings.name}
          onChange={(event) => set({ name: event.target.value })}
          error={checked && !draft.name ? m.signIn.missing : refused.name}
        />
        <Field
          label={m.webhooks.url}
          name="url"
          inputMode="url"
          autoCapitalize="none"
          autoComplete="off"
          spellCheck={false}
          value={settings.url}
          hint={m.webhooks.urlHint}
          onChange={(event) => set({ url: event.target.value })}
          error={checked && !draft.url ? m.signIn.missing : refused.url}
        />
        <TextArea
          label={m.webhooks.kinds}
          name="kinds"
          rows={4}
          autoCapitalize="none"
          spellCheck={false}
          value={kinds}
          hint={m.webhooks.kindsHint}
          onChange={(event) => setKinds(event.target.value)}
          error={refused.kinds}
        />
        <Switch
          label={m.webhooks.rest}
          hint={m.webhooks.restHint}
          on={settings.paused}
          onChange={(paused) => set({ paused })}
          testId="webhook-rest"
        />
      </FormDrawer>
      {/* Beside the drawer: what is typed in it is not the drawer's. */}
      <Confirm question={question} close={() => setQuestion(undefined)} />
    </>
  );
}
