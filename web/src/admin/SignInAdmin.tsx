import { useMutation, useQuery } from "@tanstack/react-query";
import { KeyRound, Plus } from "lucide-react";
import { useState } from "react";
import { tandem } from "../api/client";
import { queries, queryClient } from "../api/queries";
import type { IdentityProvider, PasswordsFor } from "../api/types";
import { m } from "../messages";
import { Button } from "../ui/Button";
import { Confirm, type Question } from "../ui/Confirm";
import { Secret } from "../ui/Secret";
import { Switch } from "../ui/fields";
import { describe, Empty, Failure, SkeletonRows } from "../ui/states";
import { Table, type Column } from "../ui/Table";
import { toast } from "../ui/toasts";
import { ProviderDrawer } from "./ProviderDrawer";

/** How the org lets people in: identity providers, and for whom a password is enough. */
export function SignInAdmin() {
  const providers = useQuery(queries.identityProviders);
  const [shown, setShown] = useState<IdentityProvider | "new">();
  const [question, setQuestion] = useState<Question>();
  const all = providers.data;
  if (!all) return providers.isError ? <Failure error={providers.error} retry={() => void providers.refetch()} /> : <SkeletonRows count={4} />;
  const remove = ({ id, name }: IdentityProvider) =>
    setQuestion({
      title: m.providers.removeTitle(name),
      hint: m.providers.removeHint,
      action: m.providers.remove,
      run: async () => {
        await tandem.identityProviders.remove(id);
        await queryClient.invalidateQueries({ queryKey: ["identity-providers"] });
        toast(m.providers.removed(name), "good");
      },
    });
  return (
    <div className="flex flex-col gap-6">
      <Settings />
      <section aria-label={m.providers.title} className="flex flex-col gap-4">
        <Button className="self-start" data-testid="provider-new" icon={<Plus className="size-4" />} onClick={() => setShown("new")}>
          {m.providers.new}
        </Button>
        {all.length === 0 ? (
          <Empty icon={<KeyRound />} title={m.providers.none}>
            {m.providers.noneHint}
          </Empty>
        ) : (
          <Table label={m.providers.title} columns={columns(setShown, remove)} rows={all} id={({ id }) => id} testId="provider-row" />
        )}
      </section>
      {shown && <ProviderDrawer provider={shown === "new" ? undefined : shown} close={() => setShown(undefined)} />}
      <Confirm question={question} close={() => setQuestion(undefined)} />
    </div>
  );
}

function Settings() {
  const settings = useQuery(queries.signInSettings);
  const save = useMutation({
    mutationFn: (passwords: PasswordsFor) => tandem.signInSettings.set({ passwords }),
    onSuccess: (saved) => queryClient.setQueryData(queries.signInSettings.queryKey, saved),
  });
  if (!settings.data) return settings.isError ? <Failure error={settings.error} retry={() => void settings.refetch()} /> : <SkeletonRows count={2} />;
  const { passwords, redirect_uri: redirect } = settings.data;
  return (
    <section aria-label={m.providers.settings} className="flex max-w-2xl flex-col gap-4">
      <Switch
        label={m.providers.only}
        hint={m.providers.onlyHint}
        on={passwords === "administrators"}
        disabled={save.isPending}
        onChange={(on) => save.mutate(on ? "administrators" : "everybody")}
        testId="signin-only"
      />
      {save.isError && (
        <p role="alert" className="rounded-lg bg-bad-soft px-3 py-2 text-bad-text">
          {describe(save.error)}
        </p>
      )}
      {redirect ? (
        <Secret label={m.providers.redirect} hint={m.providers.redirectHint} value={redirect} testId="provider-redirect" />
      ) : (
        <p className="text-soft">{m.providers.noRedirect}</p>
      )}
    </section>
  );
}

const columns = (show: (provider: IdentityProvider) => void, remove: (provider: IdentityProvider) => void): Column<IdentityProvider>[] => [
  { key: "name", name: m.providers.name, className: "max-w-64", cell: ({ name }) => <span className="block max-w-full truncate">{name}</span> },
  { key: "issuer", name: m.providers.issuer, span: "all", className: "min-w-40", cell: ({ issuer }) => <span className="wrap-anywhere">{issuer}</span> },
  {
    key: "actions",
    name: <span className="sr-only">{m.providers.actions}</span>,
    action: true,
    className: "text-right",
    cell: (provider) => (
      <span className="inline-flex flex-wrap justify-end gap-2">
        <Button size="small" data-testid={`provider-edit-${provider.name}`} aria-label={m.providers.editLabel(provider.name)} onClick={() => show(provider)}>
          {m.providers.edit}
        </Button>
        <Button size="small" data-testid={`provider-remove-${provider.name}`} aria-label={m.providers.removeLabel(provider.name)} onClick={() => remove(provider)}>
          {m.providers.remove}
        </Button>
      </span>
    ),
  },
];
