import { useMutation, useQuery } from "@tanstack/react-query";
import { useId, useState, type FormEvent } from "react";
import { tandem } from "../api/client";
import { queries, queryClient } from "../api/queries";
import type { ClientInfo, ClientMade, ClientSettings, GrantType } from "../api/types";
import { mayGiveIn } from "../divisions/held";
import { m } from "../messages";
import { useMay, useMe } from "../session/me";
import { Button } from "../ui/Button";
import { Choices } from "../ui/Choices";
import { Confirm, type Question } from "../ui/Confirm";
import { cx } from "../ui/cx";
import { Field, inputClass, Select } from "../ui/fields";
import { FormDrawer } from "../ui/FormDrawer";
import { describe, Failure, SkeletonRows } from "../ui/states";
import { toast } from "../ui/toasts";
import { addresses, faultOf, WAYS } from "./model";

interface Props {
  client: ClientInfo | undefined;
  close: () => void;
  /** Shows what is shown once. */
  onMade: (made: ClientMade) => void;
}

const fresh: ClientSettings = {
  name: "",
  confidential: true,
  redirect_uris: [],
  grant_types: ["authorization_code", "refresh_token"],
  scopes: [],
  roles: [],
};

/** Registers a program, or changes one; who may not change it sees it. */
export function ClientDrawer({ client, close, onMade }: Props) {
  const mayWrite = useMay()("client:write");
  const permissions = useQuery(queries.permissions);
  const [settings, setSettings] = useState<ClientSettings>(client ?? fresh);
  const [redirects, setRedirects] = useState((client?.redirect_uris ?? []).join("\n"));
  const [checked, setChecked] = useState(false);
  const [question, setQuestion] = useState<Question>();
  const set = (change: Partial<ClientSettings>) => setSettings((before) => ({ ...before, ...change }));
  const forItself = settings.grant_types.includes("client_credentials");
  const draft: ClientSettings = {
    name: settings.name.trim(),
    confidential: settings.confidential,
    redirect_uris: addresses(redirects),
    grant_types: settings.grant_types,
    scopes: settings.scopes,
    roles: forItself ? (settings.roles ?? []) : [],
  };
  const fault = checked ? faultOf(draft) : undefined;

  const save = useMutation({
    mutationFn: async (body: ClientSettings) => {
      if (!client) return tandem.oauth.clients.create(body);
      return { client: await tandem.oauth.clients.update(client.id, body), secret: null };
    },
    onSuccess: async (made) => {
      toast(m.admin.clientSaved(made.client.name), "good");
      await queryClient.invalidateQueries({ queryKey: ["clients"] });
      close();
      if (!client) onMade(made);
    },
  });
  async function newSecret({ id }: ClientInfo) {
    const made = await tandem.oauth.clients.secret(id);
    close();
    onMade(made);
  }
  function submit(event: FormEvent) {
    event.preventDefault();
    setChecked(true);
    if (!faultOf(draft)) save.mutate(draft);
  }

  const heading = client?.name ?? m.admin.newClient;
  return (
    <>
      <FormDrawer
        heading={heading}
        close={close}
        onSubmit={submit}
        testId="client-drawer"
        footer={
          mayWrite && (
            <>
              {client?.confidential && (
                <Button
                  className="mr-auto"
                  data-testid="client-new-secret"
                  onClick={() =>
                    setQuestion({ title: m.admin.newSecretTitle(client.name), hint: m.admin.newSecretHint, action: m.admin.newSecret, run: () => newSecret(client) })
                  }
                >
                  {m.admin.newSecret}
                </Button>
              )}
              <Button onClick={close}>{m.cancel}</Button>
              <Button type="submit" look="primary" busy={save.isPending} data-testid="client-save">
                {m.admin.saveClient}
              </Button>
            </>
          )
        }
      >
        {save.isError && (
          <p role="alert" className="rounded-lg bg-bad-soft px-3 py-2 text-bad-text">
            {describe(save.error)}
          </p>
        )}
        {client && <Field label={m.admin.clientId} readOnly value={client.id} onFocus={(event) => event.target.select()} />}
        <Field
          label={m.admin.clientName}
          name="name"
          maxLength={120}
          value={settings.name}
          disabled={!mayWrite}
          hint={m.admin.clientNameHint}
          onChange={(event) => set({ name: event.target.value })}
          error={fault === "name" ? m.signIn.missing : undefined}
        />
        <Select
          label={m.admin.clientKind}
          value={settings.confidential ? "confidential" : "public"}
          disabled={!!client}
          onChange={(event) => {
            const confidential = event.target.value === "confidential";
            set({ confidential, ...(!confidential && { grant_types: settings.grant_types.filter((way) => way !== "client_credentials") }) });
          }}
        >
          <option value="confidential">{m.admin.confidential}</option>
          <option value="public">{m.admin.public}</option>
        </Select>
        <Choices
          label={m.admin.ways}
          error={fault === "grant_types" ? m.admin.oneWay : undefined}
          choices={WAYS.map((way) => ({
            value: way,
            label: m.admin.wayNames[way],
            hint: m.admin.wayHints[way],
            disabled: way === "client_credentials" && !settings.confidential,
          }))}
          chosen={settings.grant_types}
          onChange={(chosen) => set({ grant_types: chosen as GrantType[] })}
          disabled={!mayWrite}
          testId="way"
        />
        {settings.grant_types.includes("authorization_code") && (
          <Redirects value={redirects} onChange={setRedirects} missing={fault === "redirect_uris"} disabled={!mayWrite} />
        )}
        {forItself && (
          <Roles chosen={settings.roles ?? []} onChange={(roles) => set({ roles })} missing={fault === "roles"} disabled={!mayWrite} />
        )}
        {permissions.isPending && <SkeletonRows count={4} />}
        {permissions.isError && <Failure error={permissions.error} retry={() => void permissions.refetch()} />}
        {permissions.data && (
          <Choices
            label={m.admin.clientScopes}
            error={fault === "scopes" ? m.security.chooseScopes : undefined}
            choices={permissions.data.map((each) => ({ value: each.name, label: each.name, hint: each.description }))}
            chosen={settings.scopes}
            onChange={(scopes) => set({ scopes })}
            disabled={!mayWrite}
            testId="client-scope"
          />
        )}
      </FormDrawer>
      {/* Beside the drawer: what is typed in it is not the drawer's. */}
      <Confirm question={question} close={() => setQuestion(undefined)} />
    </>
  );
}

interface RedirectsProps {
  value: string;
  onChange: (value: string) => void;
  missing: boolean;
  disabled: boolean;
}

function Redirects({ value, onChange, missing, disabled }: RedirectsProps) {
  const id = useId();
  return (
    <div className="flex flex-col gap-1.5">
      <label htmlFor={id} className="text-sm font-medium">
        {m.admin.redirects}
      </label>
      <textarea
        id={id}
        name="redirect_uris"
        rows={3}
        value={value}
        disabled={disabled}
        spellCheck={false}
        autoCapitalize="none"
        aria-invalid={missing || undefined}
        aria-describedby={`${id}-hint`}
        onChange={(event) => onChange(event.target.value)}
        className={cx(inputClass, "py-2")}
      />
      <p id={`${id}-hint`} className={cx("text-sm", missing ? "text-bad-text" : "text-faint")}>
        {missing ? m.admin.redirectsMissing : m.admin.redirectsHint}
      </p>
    </div>
  );
}

interface RolesProps {
  chosen: readonly string[];
  onChange: (chosen: string[]) => void;
  missing: boolean;
  disabled: boolean;
}

function Roles({ chosen, onChange, missing, disabled }: RolesProps) {
  const roles = useQuery(queries.roles);
  const me = useMe();
  if (roles.isPending) return <SkeletonRows count={2} />;
  if (roles.isError) return <Failure error={roles.error} retry={() => void roles.refetch()} />;
  return (
    <Choices
      label={m.admin.clientRoles}
      hint={m.admin.clientRolesHint}
      error={missing ? m.admin.oneRole : undefined}
      choices={roles.data.map((role) => ({ value: role.name, label: role.title, disabled: !mayGiveIn(me, role, undefined) && !chosen.includes(role.name) }))}
      chosen={chosen}
      onChange={onChange}
      disabled={disabled}
      testId="client-role"
    />
  );
}
