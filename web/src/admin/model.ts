import type { ClientSettings, GrantType, Role, RoleInfo } from "../api/types";

/** The title of a role, or its name while the roles are not known. */
export const titleOf = (roles: readonly RoleInfo[] | undefined, name: Role): string => roles?.find((role) => role.name === name)?.title ?? name;

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

/** The ways to get access, those that people take part in first. */
export const WAYS: readonly GrantType[] = [
  "authorization_code",
  "urn:ietf:params:oauth:grant-type:device_code",
  "refresh_token",
  "client_credentials",
];

/** Addresses typed one a line. */
export const addresses = (text: string): string[] =>
  text
    .split("\n")
    .map((line) => line.trim())
    .filter(Boolean);

/** What a program's settings are missing; the server looks at the rest. */
export function faultOf(settings: ClientSettings): keyof ClientSettings | undefined {
  const { name, grant_types, redirect_uris, scopes, roles } = settings;
  if (!name) return "name";
  if (grant_types.every((way) => way === "refresh_token")) return "grant_types";
  if (grant_types.includes("authorization_code") && !redirect_uris?.length) return "redirect_uris";
  if (grant_types.includes("client_credentials") && !roles?.length) return "roles";
  if (scopes.length === 0) return "scopes";
  return undefined;
}
