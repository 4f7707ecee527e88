/** What the operations take and give, read from the schema by their ids. */
import type { RequestOptions } from "./http.js";
import type { operations } from "./schema.js";

/**
 * As the server writes it. Generated types call a field that may be null also optional, because a client may leave it out; the server
 * never does.
 */
export type Written<T> = T extends readonly (infer Item)[]
  ? Written<Item>[]
  : T extends object
    ? { [Key in keyof T]-?: Written<Exclude<T[Key], undefined>> }
    : T;

export interface Page<T> {
  items: T[];
  /** Absent on the last page. */
  next?: string;
}

export type Operation = keyof operations;

/** What comes only where `expand` asked for it, of which list is known by what was asked. */
type Expanded<T> = T extends { included?: infer Included } ? { included?: { [List in keyof Included]?: Written<NonNullable<Included[List]>> } } : unknown;

type Answered<T> = T extends { items: readonly (infer Item)[] }
  ? Omit<Written<T>, "items" | "next" | "included"> & Page<Written<Item>> & Expanded<T>
  : "included" extends keyof T
    ? Omit<Written<T>, "included"> & Expanded<T>
    : Written<T>;

type Contents<Response> = Response extends { content: { "application/json": infer Body } } ? Answered<Body> : undefined;

/** An answer's body when the operation succeeds. */
export type Answer<Id extends Operation> = {
  [Status in keyof operations[Id]["responses"] & (200 | 201 | 202)]: Contents<operations[Id]["responses"][Status]>;
}[keyof operations[Id]["responses"] & (200 | 201 | 202)];

export type Item<Id extends Operation> = Answer<Id> extends Page<infer Each> ? Each : never;

type Asked<Id extends Operation> = NonNullable<operations[Id]["parameters"]["query"]>;

export type Query<Id extends Operation> = Omit<Asked<Id>, "fields" | "expand">;

/** What goes with a request whose answer can have what its ids name come with it, under `included`. */
export type Expanding<Id extends Operation> = RequestOptions & (Asked<Id> extends { expand?: infer Names } ? { expand?: Names } : unknown);

export type Path<Id extends Operation, Name extends keyof NonNullable<operations[Id]["parameters"]["path"]>> = NonNullable<
  operations[Id]["parameters"]["path"]
>[Name];

type Taken<Request> = Request extends { content: infer Contents } ? Contents[keyof Contents] : never;

export type Body<Id extends Operation> = operations[Id] extends { requestBody?: infer Request } ? Taken<NonNullable<Request>> : never;
