import { useMutation } from "@tanstack/react-query";
import { useState, type FormEvent, type InputHTMLAttributes } from "react";
import { Problem, tandem } from "../api/client";
import { queryClient } from "../api/queries";
import type { Trunk } from "../api/types";
import { m } from "../messages";
import { Refusal } from "../session/Refusal";
import { Button } from "../ui/Button";
import { Field, Select, Switch } from "../ui/fields";
import { FormDrawer } from "../ui/FormDrawer";
import { toast } from "../ui/toasts";
import { draftOf, missingOf, settingsOf, type Draft } from "./trunk";

const words = m.telephony.trunks;

/** Where the server says that something is wrong, by the form's names. */
const fields: Record<string, keyof Draft> = {
  ...{ name: "name", network: "network", secret: "secret" },
  ...{ "out.host": "host", "out.port": "port", "out.username": "username", "out.shows": "shows", "out.emergency": "emergency", "out.priority": "priority", "out.weight": "weight" },
};

/** Sets a carrier up, or changes one. */
export function TrunkDrawer({ trunk, close }: { trunk: Trunk | undefined; close: () => void }) {
  const [draft, setDraft] = useState(draftOf(trunk));
  const [checked, setChecked] = useState(false);
  const set = (change: Partial<Draft>) => setDraft((before) => ({ ...before, ...change }));
  const missing = checked ? missingOf(draft) : undefined;
  const save = useMutation({
    mutationFn: (settled: Draft) => {
      const settings = settingsOf(settled);
      return trunk ? tandem.trunks.update(trunk.name, settings) : tandem.trunks.create({ name: settled.name.trim(), ...settings });
    },
    onSuccess: async ({ name }) => {
      toast(words.saved(name), "good");
      await queryClient.invalidateQueries({ queryKey: ["trunks"] });
      close();
    },
  });
  const faults = save.error instanceof Problem ? (save.error.body.errors ?? []) : [];
  const faultOf = (name: keyof Draft) => faults.find(({ field }) => fields[field] === name)?.message;
  function submit(event: FormEvent<HTMLFormElement>) {
    event.preventDefault();
    setChecked(true);
    const gap = missingOf(draft);
    if (gap) return event.currentTarget.querySelector<HTMLElement>(`[name=${gap}]`)?.focus();
    save.mutate(draft);
  }
  type Written = "name" | "network" | "host" | "port" | "username" | "secret" | "shows" | "emergency" | "priority" | "weight";
  const text = (name: Written, label: string, hint?: string, more: InputHTMLAttributes<HTMLInputElement> = {}) => (
    <Field
      label={label}
      name={name}
      autoCapitalize="none"
      autoComplete="off"
      spellCheck={false}
      value={draft[name]}
      hint={hint}
      onChange={(event) => set({ [name]: event.target.value })}
      error={missing === name ? m.signIn.missing : faultOf(name)}
      {...more}
    />
  );

  const heading = trunk?.name ?? words.new;
  return (
    <FormDrawer
      heading={heading}
      close={close}
      onSubmit={submit}
      refused={save.error}
      testId="trunk-drawer"
      footer={
        <>
          <Button onClick={close}>{m.cancel}</Button>
          <Button type="submit" look="primary" busy={save.isPending} data-testid="trunk-save">
            {m.telephony.save}
          </Button>
        </>
      }
    >
      {save.isError && <Refusal error={save.error} shown={(field) => !!fields[field]} />}
      {!trunk && text("name", words.name, words.nameHint, { maxLength: 64 })}
      {text("network", words.network, words.networkHint)}
      <Switch label={words.goesOut} hint={words.goesOutHint} on={draft.goesOut} onChange={(goesOut) => set({ goesOut })} testId="trunk-goes-out" />
      {draft.goesOut && (
        <>
          {text("host", words.host, words.hostHint)}
          {text("port", words.port, undefined, { inputMode: "numeric" })}
          <Select label={words.transport} value={draft.transport} onChange={(event) => set({ transport: event.target.value as Draft["transport"] })}>
            <option value="udp">{words.transports.udp}</option>
            <option value="tcp">{words.transports.tcp}</option>
          </Select>
          {text("username", words.username, words.usernameHint)}
          {draft.username.trim() && text("secret", words.secret, trunk?.has_secret ? words.secretKept : words.secretHint, { type: "password" })}
          {text("shows", words.shows, words.showsHint, { inputMode: "tel" })}
          <Select label={words.dials} value={draft.dials} onChange={(event) => set({ dials: event.target.value as Draft["dials"] })}>
            {(["plus", "digits", "double_zero"] as const).map((format) => (
              <option key={format} value={format}>
                {words.formats[format]}
              </option>
            ))}
          </Select>
          <Switch label={words.asserts} hint={words.assertsHint} on={draft.asserts} onChange={(asserts) => set({ asserts })} testId="trunk-asserts" />
          {text("emergency", words.emergency, words.emergencyHint)}
          {text("priority", words.priority, words.priorityHint, { inputMode: "numeric" })}
          {text("weight", words.weight, words.weightHint, { inputMode: "numeric" })}
        </>
      )}
    </FormDrawer>
  );
}
