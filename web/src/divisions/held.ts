import type { Division, DivisionId, Person, Role, RoleInfo, SetRoles } from "../api/types";

/** Roles and the divisions they are held in; null: in all. */
export type Held = Readonly<Record<Role, readonly DivisionId[] | null>>;

export const heldBy = ({ roles, grants = [] }: Pick<Person, "roles" | "grants">): Held =>
  Object.fromEntries([...grants.map(({ role, divisions }) => [role, divisions] as const), ...roles.map((role) => [role, null] as const)]);

/** As the server takes it. */
export function toSet(held: Held): SetRoles {
  const entries = Object.entries(held);
  return {
    roles: entries.flatMap(([role, divisions]) => (divisions === null ? [role] : [])),
    grants: entries.flatMap(([role, divisions]) => (divisions === null ? [] : [{ role, divisions: [...divisions] }])),
  };
}

/** Whether some role is held, and each in some division. */
export const isWhole = (held: Held): boolean =>
  Object.keys(held).length > 0 && Object.values(held).every((divisions) => divisions === null || divisions.length > 0);

export function isSame(one: Held, other: Held): boolean {
  const text = (held: Held) =>
    JSON.stringify(
      Object.entries(held)
        .map(([role, divisions]) => [role, divisions && [...divisions].toSorted()] as const)
        .toSorted(([a], [b]) => (a < b ? -1 : 1)),
    );
  return text(one) === text(other);
}

/** Whether somebody who holds `permissions`, those of `divided` in these divisions only, may give a role in a division; undefined: in all. */
export function mayGiveIn(
  { permissions, divided = {} }: { permissions: readonly string[]; divided?: Readonly<Record<string, readonly DivisionId[]>> },
  role: Pick<RoleInfo, "permissions">,
  division: DivisionId | undefined,
): boolean {
  return role.permissions.every((permission) => {
    const within = divided[permission];
    return within ? division !== undefined && within.includes(division) : permissions.includes(permission);
  });
}

/** A role with where it is held, for people. */
export function inWords(title: string, divisions: readonly DivisionId[] | null, all: readonly Division[], unseen: string): string {
  if (divisions === null) return title;
  const names = divisions.map((id) => all.find((division) => division.id === id)?.name ?? unseen);
  return `${title} (${names.join(", ")})`;
}
