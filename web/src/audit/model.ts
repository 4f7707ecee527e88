import type { AuditEntry, AuditQuery, Person, UserId } from "../api/types";

/** What there is to see of a value: nothing, text, a secret that is not shown, or something too long to keep. */
export type Value = { kind: "none" } | { kind: "text"; text: string } | { kind: "hidden" } | { kind: "long"; bytes: number };

/** A field that is not as it was. */
export interface FieldChange {
  field: string;
  before: Value;
  after: Value;
}

type Fields = Record<string, unknown>;

const isObject = (value: unknown): value is Fields => typeof value === "object" && value !== null && !Array.isArray(value);
const isHidden = (value: unknown): boolean => isObject(value) && value.redacted === true;
const isLong = (value: unknown): value is { bytes: number; sha256: string } =>
  isObject(value) && typeof value.bytes === "number" && typeof value.sha256 === "string";

/** The fields of a thing, those of things within it by their path: `wrap_up.seconds`. */
function fieldsOf(thing: unknown, path = ""): Map<string, unknown> {
  if (!isObject(thing) || isHidden(thing) || isLong(thing)) return new Map(thing === null && path === "" ? [] : [[path, thing]]);
  return new Map(Object.entries(thing).flatMap(([name, value]) => [...fieldsOf(value, path ? `${path}.${name}` : name)]));
}

function valueOf(value: unknown): Value {
  if (value === undefined || value === null || (Array.isArray(value) && value.length === 0)) return { kind: "none" };
  if (isHidden(value)) return { kind: "hidden" };
  if (isLong(value)) return { kind: "long", bytes: value.bytes };
  return { kind: "text", text: textOf(value) };
}

function textOf(value: unknown): string {
  if (typeof value === "string") return value;
  // One a line, so that what came and went is found by the eye.
  if (Array.isArray(value)) return value.map(textOf).join("\n");
  return JSON.stringify(value);
}

/** What of a thing is not as it was, in its order. A secret that was replaced differs, though neither is shown. */
export function changesOf(before: unknown, after: unknown): FieldChange[] {
  const [was, is] = [fieldsOf(before), fieldsOf(after)];
  const fields = [...new Set([...was.keys(), ...is.keys()])];
  return fields
    .filter((field) => isHidden(is.get(field)) || JSON.stringify(was.get(field)) !== JSON.stringify(is.get(field)))
    .map((field) => ({ field, before: valueOf(was.get(field)), after: valueOf(is.get(field)) }))
    .filter(({ before, after }) => before.kind !== "none" || after.kind !== "none");
}

/** What entries can be looked for by what happened: its beginning. */
export const TOPICS = [
  "session",
  "sign_in.",
  "password.",
  "second_factor.",
  "person.",
  "group.",
  "role.",
  "division.",
  "token.",
  "client.",
  "grant.",
  "agent.",
  "queue.",
  "skill.",
  "flow.",
  "number.",
  "phone.",
  "trunk.",
  "webhook.",
  "job.",
  "org.",
] as const;
export type Topic = (typeof TOPICS)[number];

/** What the address says of which entries are shown. */
export interface AuditFilter {
  q?: string | undefined;
  what?: Topic | undefined;
  who?: string | undefined;
  from?: string | undefined;
  to?: string | undefined;
  entry?: number | undefined;
}

const DAY = /^\d{4}-\d{2}-\d{2}$/;
const day = (value: unknown): string | undefined => (typeof value === "string" && DAY.test(value) && !Number.isNaN(Date.parse(value)) ? value : undefined);
const text = (value: unknown): string | undefined => (typeof value === "string" && value !== "" ? value.slice(0, 120) : undefined);

export const readFilter = (search: Record<string, unknown>): AuditFilter => ({
  q: text(search.q),
  what: TOPICS.find((topic) => topic === search.what),
  who: text(search.who),
  from: day(search.from),
  to: day(search.to),
  entry: /^[1-9]\d{0,15}$/.test(String(search.entry)) ? Number(search.entry) : undefined,
});

/** Midnight of a day where whoever looks is, some days later. */
const midnight = (date: string, later = 0): string => {
  const at = new Date(`${date}T00:00:00`);
  at.setDate(at.getDate() + later);
  return at.toISOString();
};

/** What the server is asked. The last day counts whole. */
export const queryOf = ({ q, what, who, from, to }: AuditFilter): AuditQuery => ({
  query: q,
  what,
  actor: who,
  from: from && midnight(from),
  until: to && midnight(to, 1),
});

/** The person an entry is about. */
export const personOf = ({ subject }: Pick<AuditEntry, "subject">): UserId | undefined => (subject.kind === "person" ? subject.id : undefined);

/** What a thing is called: as it was called then, or, where that was not noted, as the directory has it. */
export function subjectName({ subject }: Pick<AuditEntry, "subject">, people: readonly Person[]): string {
  return subject.name ?? people.find(({ id }) => id === personOf({ subject }))?.display_name ?? subject.id;
}
