import type { GroupRule, IdentityProvider, IdentityProviderSettings } from "../api/types";

export const fresh: IdentityProviderSettings = {
  name: "",
  issuer: "",
  client_id: "",
  scopes: ["profile", "email"],
  claims: { name: "name", email: "email", groups: "groups" },
  rules: [],
  roles: ["agent"],
  create_people: true,
  link_by_email: false,
  email_domains: [],
  second_factor: false,
};

/** What a provider is set to, for setting it to something else; its secret stays. */
export const settingsOf = (provider: IdentityProvider): IdentityProviderSettings => ({
  name: provider.name,
  issuer: provider.issuer,
  client_id: provider.client_id,
  scopes: provider.scopes,
  claims: provider.claims,
  rules: provider.rules,
  roles: provider.roles,
  create_people: provider.create_people,
  link_by_email: provider.link_by_email,
  email_domains: provider.email_domains,
  second_factor: provider.second_factor,
});

/** Words, however they were put apart; each once. */
export const wordsOf = (text: string): string[] => [...new Set(text.split(/[\s,;]+/).filter(Boolean))];

/** Rules that say something; what is half written is dropped. */
export const rulesOf = (rules: readonly GroupRule[]): GroupRule[] =>
  rules.map(({ group, roles }) => ({ group: group.trim(), roles })).filter(({ group, roles }) => group && roles.length > 0);

/** What settings are missing; the server looks at the rest. */
export function missingOf({ name, issuer, client_id, roles }: IdentityProviderSettings): "name" | "issuer" | "client_id" | "roles" | undefined {
  if (!name) return "name";
  if (!issuer) return "issuer";
  if (!client_id) return "client_id";
  return roles.length === 0 ? "roles" : undefined;
}
