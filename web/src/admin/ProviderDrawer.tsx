import { useMutation, useQuery } from "@tanstack/react-query";
import { Plus, Trash2 } from "lucide-react";
import { useState, type FormEvent } from "react";
import { Problem, tandem } from "../api/client";
import { queries, queryClient } from "../api/queries";
import type { GroupRule, IdentityProvider, IdentityProviderSettings, RoleInfo } from "../api/types";
import { mayGiveIn } from "../divisions/held";
import { m } from "../messages";
import { useMe } from "../session/me";
import { Refusal } from "../session/Refusal";
import { Button } from "../ui/Button";
import { Choices } from "../ui/Choices";
import { Field, Switch, TextArea } from "../ui/fields";
import { FormDrawer } from "../ui/FormDrawer";
import { describe, Failure, SkeletonRows } from "../ui/states";
import { toast } from "../ui/toasts";
import { fresh, missingOf, rulesOf, settingsOf, wordsOf } from "./providers";

interface Props {
  provider: IdentityProvider | undefined;
  close: () => void;
}

/** Sets an identity provider up, or changes one. */
export function ProviderDrawer({ provider, close }: Props) {
  const roles = useQuery(queries.roles);
  const [settings, setSettings] = useState(provider ? settingsOf(provider) : fresh);
  const [secret, setSecret] = useState("");
  const [scopes, setScopes] = useState((settings.scopes ?? []).join(" "));
  const [domains, setDomains] = useState((settings.email_domains ?? []).join("\n"));
  const [checked, setChecked] = useState(false);
  const set = (change: Partial<IdentityProviderSettings>) => setSettings((before) => ({ ...before, ...change }));
  const claims = { ...fresh.claims!, ...settings.claims };
  const draft: IdentityProviderSettings = {
    ...settings,
    name: settings.name.trim(),
    issuer: settings.issuer.trim(),
    client_id: settings.client_id.trim(),
    scopes: wordsOf(scopes),
    email_domains: wordsOf(domains),
    rules: rulesOf(settings.rules ?? []),
    ...(secret && { client_secret: secret }),
  };
  const missing = checked ? missingOf(draft) : undefined;
  const test = useMutation({ mutationFn: () => tandem.identityProviders.test({ issuer: draft.issuer }) });
  const save = useMutation({
    mutationFn: (body: IdentityProviderSettings) => (provider ? tandem.identityProviders.update(provider.id, body) : tandem.identityProviders.create(body)),
    onSuccess: async ({ name }) => {
      toast(m.providers.saved(name), "good");
      await queryClient.invalidateQueries({ queryKey: ["identity-providers"] });
      close();
    },
  });
  const faults = save.error instanceof Problem ? (save.error.body.errors ?? []) : [];
  const faultOf = (field: string) => faults.find((fault) => fault.field === field)?.message;
  function submit(event: FormEvent<HTMLFormElement>) {
    event.preventDefault();
    setChecked(true);
    const gap = missingOf(draft);
    if (gap) return event.currentTarget.querySelector<HTMLElement>(`[name=${gap}]`)?.focus();
    save.mutate(draft);
  }
  const text = (field: "name" | "issuer" | "client_id", label: string, hint?: string) => (
    <Field
      label={label}
      name={field}
      autoCapitalize="none"
      autoComplete="off"
      spellCheck={false}
      value={settings[field]}
      hint={hint}
      onChange={(event) => set({ [field]: event.target.value })}
      error={missing === field ? m.signIn.missing : faultOf(field)}
    />
  );

  const heading = provider?.name ?? m.providers.new;
  return (
    <FormDrawer
      heading={heading}
      close={close}
      onSubmit={submit}
      refused={save.error}
      testId="provider-drawer"
      footer={
        <>
          <Button onClick={close}>{m.cancel}</Button>
          <Button type="submit" look="primary" busy={save.isPending} data-testid="provider-save">
            {m.providers.save}
          </Button>
        </>
      }
    >
      {save.isError && <Refusal error={save.error} shown={(field) => SHOWN.includes(field)} />}
      {text("name", m.providers.name, m.providers.nameHint)}
      {text("issuer", m.providers.issuer, m.providers.issuerHint)}
      <div className="flex flex-col gap-2">
        <Button className="self-start" busy={test.isPending} disabled={!draft.issuer} data-testid="provider-test" onClick={() => test.mutate()}>
          {m.providers.test}
        </Button>
        <div role="status" data-testid="provider-tested" className="text-sm">
          {test.isError && <p className="text-bad-text">{describe(test.error)}</p>}
          {test.data?.faults.length === 0 && <p className="text-good-text">{m.providers.fine}</p>}
          {test.data?.faults.map((fault) => (
            <p key={fault} className="text-bad-text wrap-anywhere">
              {fault}
            </p>
          ))}
        </div>
      </div>
      {text("client_id", m.providers.clientId)}
      <Field
        label={m.providers.secret}
        name="client_secret"
        type="password"
        autoComplete="off"
        value={secret}
        hint={provider?.has_secret ? m.providers.secretKept : m.providers.secretHint}
        onChange={(event) => setSecret(event.target.value)}
        error={faultOf("client_secret")}
      />
      <Field label={m.providers.scopes} name="scopes" autoCapitalize="none" spellCheck={false} value={scopes} hint={m.providers.scopesHint} onChange={(event) => setScopes(event.target.value)} error={faultOf("scopes")} />
      <Switch label={m.providers.create} hint={m.providers.createHint} on={settings.create_people} onChange={(on) => set({ create_people: on })} testId="provider-create" />
      <Switch label={m.providers.link} hint={m.providers.linkHint} on={settings.link_by_email} onChange={(on) => set({ link_by_email: on })} testId="provider-link" />
      <Switch label={m.providers.factor} hint={m.providers.factorHint} on={settings.second_factor} onChange={(on) => set({ second_factor: on })} testId="provider-factor" />
      <TextArea label={m.providers.domains} name="email_domains" rows={2} autoCapitalize="none" spellCheck={false} value={domains} hint={m.providers.domainsHint} onChange={(event) => setDomains(event.target.value)} error={faultOf("email_domains")} />
      {roles.isPending && <SkeletonRows count={2} />}
      {roles.isError && <Failure error={roles.error} retry={() => void roles.refetch()} />}
      {roles.data && (
        <>
          <Roles label={m.providers.roles} hint={m.providers.rolesHint} error={missing === "roles" ? m.admin.oneRole : undefined} roles={roles.data} chosen={settings.roles} onChange={(chosen) => set({ roles: chosen })} testId="provider-role" />
          <Rules rules={settings.rules ?? []} roles={roles.data} onChange={(rules) => set({ rules })} />
        </>
      )}
      {(["name", "email", "groups"] as const).map((claim) => (
        <Field
          key={claim}
          label={m.providers.claims[claim]}
          name={`claim-${claim}`}
          autoCapitalize="none"
          spellCheck={false}
          value={claims[claim]}
          onChange={(event) => set({ claims: { ...claims, [claim]: event.target.value } })}
          error={faultOf(`claims.${claim}`)}
        />
      ))}
    </FormDrawer>
  );
}

/** Faults that are said where they are. */
const SHOWN = ["name", "issuer", "client_id", "client_secret", "scopes", "email_domains", "claims.name", "claims.email", "claims.groups"];

interface RolesProps {
  label: string;
  hint?: string;
  error?: string | undefined;
  roles: readonly RoleInfo[];
  chosen: readonly string[];
  onChange: (chosen: string[]) => void;
  testId: string;
}

/** Nobody gives what they do not hold. */
function Roles({ roles, chosen, ...rest }: RolesProps) {
  const me = useMe();
  const choices = roles.map((role) => ({ value: role.name, label: role.title, disabled: !mayGiveIn(me, role, undefined) && !chosen.includes(role.name) }));
  return <Choices {...rest} choices={choices} chosen={chosen} />;
}

function Rules({ rules, roles, onChange }: { rules: readonly GroupRule[]; roles: readonly RoleInfo[]; onChange: (rules: GroupRule[]) => void }) {
  const change = (at: number, to: Partial<GroupRule>) => onChange(rules.map((rule, index) => (index === at ? { ...rule, ...to } : rule)));
  return (
    <fieldset className="flex min-w-0 flex-col gap-3">
      <legend className="mb-1.5 text-sm font-medium">{m.providers.rules}</legend>
      <p className="text-sm text-soft">{m.providers.rulesHint}</p>
      {rules.map((rule, at) => (
        <div key={at} className="flex flex-col gap-3 rounded-lg border border-line p-3">
          <Field label={m.providers.group} name={`group-${at}`} autoCapitalize="none" spellCheck={false} value={rule.group} onChange={(event) => change(at, { group: event.target.value })} />
          <Roles label={m.providers.groupRoles(rule.group)} roles={roles} chosen={rule.roles} onChange={(chosen) => change(at, { roles: chosen })} testId={`rule-${at}-role`} />
          <Button
            size="small"
            className="self-end"
            icon={<Trash2 className="size-4" />}
            aria-label={m.providers.removeRule(rule.group)}
            onClick={() => onChange(rules.filter((_, index) => index !== at))}
          >
            {m.providers.remove}
          </Button>
        </div>
      ))}
      <Button size="small" className="self-start" icon={<Plus className="size-4" />} data-testid="rule-new" onClick={() => onChange([...rules, { group: "", roles: [] }])}>
        {m.providers.newRule}
      </Button>
    </fieldset>
  );
}
