import { useMutation, useQuery } from "@tanstack/react-query";
import { Phone as PhoneIcon, Plus } from "lucide-react";
import { useState, type FormEvent } from "react";
import { Problem, tandem } from "../api/client";
import { queries, queryClient } from "../api/queries";
import type { Phone, UserId } from "../api/types";
import { m } from "../messages";
import { useMe } from "../session/me";
import { Refusal } from "../session/Refusal";
import { Button } from "../ui/Button";
import { Card } from "../ui/Card";
import { Dialog, DialogHeader } from "../ui/Dialog";
import { Field } from "../ui/fields";
import { Secret } from "../ui/Secret";
import { Empty, Failure, SkeletonRows } from "../ui/states";
import { Table, type Column } from "../ui/Table";
import { toast } from "../ui/toasts";
import { PersonSelect, useNames } from "./names";
import type { Names } from "./plan";

const words = m.telephony.phones;

/** SIP phones' accounts, and where each is. */
export function Phones() {
  const phones = useQuery(queries.phones);
  const names = useNames();
  const [making, setMaking] = useState(false);
  return (
    <Card
      title={words.title}
      hint={words.hint}
      testId="phones"
      action={
        <Button data-testid="phone-new" icon={<Plus className="size-4" />} onClick={() => setMaking(true)}>
          {words.new}
        </Button>
      }
    >
      {phones.isPending && <SkeletonRows count={2} />}
      {phones.isError && <Failure error={phones.error} retry={() => void phones.refetch()} />}
      {phones.data?.length === 0 && (
        <Empty icon={<PhoneIcon />} title={words.none}>
          {words.noneHint}
        </Empty>
      )}
      {phones.data && phones.data.length > 0 && <Table label={words.title} columns={columns(names)} rows={phones.data} id={({ id }) => id} testId="phone-row" />}
      {making && <PhoneDialog close={() => setMaking(false)} />}
    </Card>
  );
}

const columns = (names: Names): Column<Phone>[] => [
  { key: "account", name: words.account, cell: ({ auth_user: account }) => account },
  { key: "owner", name: words.owner, cell: ({ user }) => names.person(user) },
  {
    key: "registered",
    name: words.registered,
    span: "all",
    cell: ({ contacts }) => (contacts.length === 0 ? <span className="text-faint">{words.nowhere}</span> : <span className="text-sm wrap-anywhere">{contacts.join(", ")}</span>),
  },
];

/** Makes an account; its secret is shown once. */
function PhoneDialog({ close }: { close: () => void }) {
  const { org } = useMe();
  const [account, setAccount] = useState("");
  const [user, setUser] = useState<UserId>();
  const [checked, setChecked] = useState(false);
  const make = useMutation({
    mutationFn: (owner: UserId) => tandem.phones.create({ auth_user: account.trim(), user: owner }),
    onSuccess: async (phone) => {
      toast(words.made(phone.auth_user), "good");
      await queryClient.invalidateQueries({ queryKey: ["phones"] });
    },
  });
  const fault = make.error instanceof Problem ? make.error.body.errors?.find(({ field }) => field === "auth_user")?.message : undefined;
  function submit(event: FormEvent) {
    event.preventDefault();
    setChecked(true);
    if (account.trim() && user) make.mutate(user);
  }
  return (
    <Dialog open label={words.new} onClose={close}>
      <DialogHeader title={words.new} onClose={close} />
      {make.data?.secret ? (
        <div className="flex flex-col gap-4 p-5" data-testid="phone-made">
          <Field label={words.account} readOnly value={make.data.auth_user} />
          <Field label={words.domain} hint={words.domainHint} readOnly value={org.name} />
          <Secret label={words.secret} hint={words.secretHint} value={make.data.secret} testId="phone-secret" />
          <Button look="primary" className="self-end" data-testid="phone-done" onClick={close}>
            {words.done}
          </Button>
        </div>
      ) : (
        <form noValidate onSubmit={submit} className="flex flex-col gap-4 p-5" data-testid="phone-dialog">
          <PersonSelect label={words.owner} value={user} onChange={setUser} testId="phone-owner" />
          <Field label={words.account} name="auth_user" autoCapitalize="none" autoComplete="off" spellCheck={false} maxLength={64} hint={words.accountHint} value={account} onChange={(event) => setAccount(event.target.value)} error={fault ?? (checked && !account.trim() ? m.signIn.missing : undefined)} />
          {make.isError && <Refusal error={make.error} shown={(field) => field === "auth_user"} />}
          <Button type="submit" look="primary" className="self-end" busy={make.isPending} disabled={!user} data-testid="phone-save">
            {m.telephony.save}
          </Button>
        </form>
      )}
    </Dialog>
  );
}
