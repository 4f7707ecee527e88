/** Signing in by an identity provider: this browser goes there, and comes back to the callback page. */
import { Problem, tandem } from "../api/client";
import type { IdentityProviderId } from "../api/types";
import { token } from "./session";

/** What this tab began. It is nowhere else: who is sent a link to the callback page cannot go on with it. */
const KEY = "tandem.signin";

interface Begun {
  ceremony: string;
  /** Where to go once signed in. */
  to: string;
}

export async function goToProvider(provider: IdentityProviderId, to: string): Promise<void> {
  const { ceremony, url } = await tandem.sessions.provider.offer({ provider });
  sessionStorage.setItem(KEY, JSON.stringify({ ceremony, to } satisfies Begun));
  location.assign(url);
}

/** What this tab began, if it did. */
export function begun(): Begun | undefined {
  const text = sessionStorage.getItem(KEY);
  if (text === null) return undefined;
  const value = JSON.parse(text) as Partial<Begun>;
  return typeof value.ceremony === "string" && typeof value.to === "string" ? { ceremony: value.ceremony, to: value.to } : undefined;
}

/** It is good for one answer. */
export const forgetBegun = (): void => sessionStorage.removeItem(KEY);

/** What a provider added to the address of the callback page. */
export interface Answer {
  org: string;
  state: string;
  code: string;
  iss?: string;
}

export async function signInWithAnswer({ ceremony }: Begun, answer: Answer, code?: string): Promise<void> {
  const session = await tandem.sessions.provider.create({ ceremony, ...answer, ...(code !== undefined && { second_factor: code }) });
  token.set(session.token);
}

/** What is asked for beside the provider's word, if that is all that is missing. */
export const asksForCode = (error: unknown): "needed" | "wrong" | undefined =>
  !(error instanceof Problem) ? undefined : error.slug === "second-factor-needed" ? "needed" : error.slug === "wrong-code" ? "wrong" : undefined;
