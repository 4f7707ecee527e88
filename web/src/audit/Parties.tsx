import { Link } from "@tanstack/react-router";
import type { AuditEntry, Person } from "../api/types";
import { m } from "../messages";
import { personOf, subjectName } from "./model";

/** Who did it: somebody of the directory, somebody outside, or the server. */
export function Who({ actor, people }: { actor: AuditEntry["actor"]; people: readonly Person[] }) {
  if (actor.kind === "system") return <span className="text-soft">{m.audit.server}</span>;
  if (actor.kind === "external") return <span className="wrap-anywhere">{actor.address}</span>;
  return <PersonLink id={actor.id} name={people.find(({ id }) => id === actor.id)?.display_name ?? m.audit.somebody} />;
}

const PersonLink = ({ id, name }: { id: string; name: string }) => (
  <Link to="/people/$person" params={{ person: id }} className="text-accent-text wrap-anywhere hover:underline">
    {name}
  </Link>
);

/** What it was done to. */
export function Subject({ entry, people }: { entry: AuditEntry; people: readonly Person[] }) {
  const [person, name] = [personOf(entry), subjectName(entry, people)];
  return (
    <>
      {person ? <PersonLink id={person} name={name} /> : <span className="wrap-anywhere">{name}</span>}
      <span className="block text-xs text-soft">{m.audit.kind(entry.subject.kind)}</span>
    </>
  );
}
