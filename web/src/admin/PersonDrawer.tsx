import { useMutation, useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { tandem } from "../api/client";
import { queries, queryClient } from "../api/queries";
import type { DivisionId, Person } from "../api/types";
import { DivisionPicker } from "../divisions/DivisionPicker";
import { m } from "../messages";
import { useMay, useMe } from "../session/me";
import { Refusal } from "../session/Refusal";
import { SessionList } from "../settings/SessionList";
import { Button } from "../ui/Button";
import { Confirm, type Question } from "../ui/Confirm";
import { Dialog, DialogHeader } from "../ui/Dialog";
import { Field } from "../ui/fields";
import { Failure, SkeletonRows } from "../ui/states";
import { toast, toastError } from "../ui/toasts";
import { RolesHeld } from "./RolesHeld";

interface Props {
  person: Person | undefined;
  close: () => void;
}

/** Somebody's account: roles, sessions, and whether they may sign in. */
export function PersonDrawer({ person, close }: Props) {
  const may = useMay();
  const me = useMe();
  const [question, setQuestion] = useState<Question>();
  if (!person) return null;
  const name = person.display_name;
  const { id } = person;

  async function endSessions() {
    await tandem.people.sessions.removeAll(id);
    toast(m.admin.sessionsEnded(name), "good");
    await queryClient.invalidateQueries({ queryKey: ["sessions"] });
  }
  async function resetFactor() {
    await tandem.people.secondFactor.remove(id);
    toast(m.admin.factorReset(name), "good");
  }
  async function setActive(active: boolean) {
    await (active ? tandem.people.reactivate(id) : tandem.people.deactivate(id));
    toast(active ? m.admin.reactivated(name) : m.admin.deactivated(name), "good");
    await queryClient.invalidateQueries({ queryKey: ["people"] });
  }

  async function erase() {
    await tandem.people.erase(id);
    toast(m.admin.erased, "good");
    await queryClient.invalidateQueries();
  }

  return (
    <>
      <Dialog open onClose={close} label={m.admin.person} shape="drawer">
        <div className="flex h-full flex-col" data-testid="account-drawer">
          <DialogHeader title={m.admin.person} onClose={close} />
          {/* A region that scrolls is reached by keyboard too. */}
          {/* oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex */}
          <div tabIndex={0} role="region" aria-label={name} className="flex min-h-0 grow flex-col gap-6 overflow-y-auto p-5 -outline-offset-2">
            <div>
              <p className="text-lg font-semibold break-words">{name}</p>
              <p className="text-soft">
                {person.name}
                {!person.active && <span className="text-bad-text"> · {person.erased ? m.admin.isErased : m.admin.inactive}</span>}
              </p>
            </div>
            {may("people:write") && !person.erased && <Belongs person={person} />}
            {may("people:write") && !person.erased && <Email person={person} />}
            {person.provisioned && <p className="rounded-lg bg-hover px-3 py-2 text-soft">{m.admin.managedHint}</p>}
            {may("role:write") && !person.erased && <RolesHeld person={person} />}
            {may("people:write") && !person.erased && <Sessions person={person} />}
          </div>
          {may("people:write") && !person.erased && (
            <footer className="flex flex-wrap justify-end gap-2 border-t border-line px-5 py-3.5">
              <Button
                data-testid="account-end-sessions"
                onClick={() =>
                  setQuestion({ title: m.admin.endSessionsTitle(name), hint: m.admin.endSessionsHint, action: m.admin.endSessions, run: endSessions })
                }
              >
                {m.admin.endSessions}
              </Button>
              <Button
                data-testid="account-reset-factor"
                onClick={() =>
                  setQuestion({ title: m.admin.resetFactorTitle(name), hint: m.admin.resetFactorHint, action: m.admin.resetFactor, run: resetFactor })
                }
              >
                {m.admin.resetFactor}
              </Button>
              {!person.active && (
                <Button
                  look="bad"
                  data-testid="account-erase"
                  onClick={() => setQuestion({ title: m.admin.eraseTitle(name), hint: m.admin.eraseHint, action: m.admin.erase, run: erase })}
                >
                  {m.admin.erase}
                </Button>
              )}
              {!person.active && (
                <Button look="primary" data-testid="account-reactivate" onClick={() => void setActive(true).catch(toastError)}>
                  {m.admin.reactivate}
                </Button>
              )}
              {person.active && person.id !== me.user.id && (
                <Button
                  look="bad"
                  data-testid="account-deactivate"
                  onClick={() =>
                    setQuestion({ title: m.admin.deactivateTitle(name), hint: m.admin.deactivateHint, action: m.admin.deactivate, run: () => setActive(false) })
                  }
                >
                  {m.admin.deactivate}
                </Button>
              )}
            </footer>
          )}
        </div>
      </Dialog>
      {/* Beside the drawer: what is typed in it is not the drawer's. */}
      <Confirm question={question} close={() => setQuestion(undefined)} />
    </>
  );
}

function Email({ person }: { person: Person }) {
  const before = person.email ?? "";
  const [email, setEmail] = useState(before);
  const save = useMutation({
    mutationFn: (next: string) => tandem.people.email.set(person.id, { email: next || null }),
    onSuccess: async () => {
      toast(m.admin.emailSaved(person.display_name), "good");
      await queryClient.invalidateQueries({ queryKey: ["people"] });
    },
  });
  return (
    <form
      noValidate
      className="flex flex-col gap-3"
      onSubmit={(event) => {
        event.preventDefault();
        save.mutate(email.trim());
      }}
    >
      <Field
        label={m.admin.email}
        type="email"
        name="email"
        autoComplete="off"
        hint={m.admin.emailHint}
        value={email}
        onChange={(event) => setEmail(event.target.value)}
      />
      {save.isError && <Refusal error={save.error} />}
      <Button type="submit" look="primary" className="self-start" busy={save.isPending} disabled={email.trim() === before} data-testid="account-email-save">
        {m.admin.saveEmail}
      </Button>
    </form>
  );
}

/** Which division they belong to, where there are several. */
function Belongs({ person }: { person: Person }) {
  const move = useMutation({
    mutationFn: (division: DivisionId) => tandem.divisions.things(division, { kind: "person", things: [person.id] }),
    onSuccess: async () => {
      toast(m.divisions.moved(person.display_name), "good");
      await queryClient.invalidateQueries({ queryKey: ["people"] });
    },
    onError: toastError,
  });
  const put = (division: DivisionId | undefined) => division && move.mutate(division);
  return <DivisionPicker label={m.divisions.division} value={person.division} onChange={put} disabled={move.isPending} testId="account-division" />;
}

function Sessions({ person }: { person: Person }) {
  const sessions = useQuery(queries.sessionsOf(person.id));
  return (
    <section className="flex flex-col gap-2">
      <h3 className="text-sm font-medium">{m.admin.sessions}</h3>
      {sessions.isPending && <SkeletonRows count={1} />}
      {sessions.isError && <Failure error={sessions.error} retry={() => void sessions.refetch()} />}
      {sessions.data?.length === 0 && <p className="text-soft">{m.admin.noSessions}</p>}
      {!!sessions.data?.length && <SessionList sessions={sessions.data} />}
    </section>
  );
}
