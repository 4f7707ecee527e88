import type { Role, RoleInfo } from "../api/types";

/** The title of a role, or its name while the roles are not known. */
export const titleOf = (roles: readonly RoleInfo[] | undefined, name: Role): string => roles?.find((role) => role.name === name)?.title ?? name;

/** Whether somebody with `held` may give `role`, or take it away: nobody gives what they do not hold. */
export const mayGive = (held: readonly string[], { permissions }: Pick<RoleInfo, "permissions">): boolean =>
  permissions.every((permission) => held.includes(permission));

const COMBINING = /\p{M}/gu;

/** A short name for a role out of its title, as the server takes it; empty when nothing of it can be used. */
export const roleName = (title: string): string =>
  title
    .normalize("NFD")
    .replaceAll(COMBINING, "")
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, "-")
    .replace(/^[^a-z]+/, "")
    .slice(0, 64)
    .replace(/-+$/, "");

export const isRoleName = (name: string): boolean => /^[a-z][a-z0-9_-]{0,63}$/.test(name);
