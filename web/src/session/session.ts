import { get, post, remove, provideSession } from "../api/client";
import type { Me, PasskeyCeremony, SignIn, SignedIn } from "../api/types";
import { persistentStore, useStore } from "../store";
import { answerWithPasskey } from "./passkey";

const KEY = "tandem.token";
const isToken = (value: unknown): value is string | null => value === null || typeof value === "string";

/** The bearer token; null while signed out. Shared by all tabs. */
export const token = persistentStore<string | null>(KEY, null, isToken);

export const useToken = (): string | null => useStore(token);

provideSession({ token: () => token.get(), expired: () => token.set(null) });

// Signing in or out in one tab does so in all of them.
window.addEventListener("storage", (change) => {
  if (change.key !== KEY && change.key !== null) return;
  const value: unknown = JSON.parse(change.newValue ?? "null");
  token.set(isToken(value) ? value : null);
});

export async function signIn(body: SignIn): Promise<void> {
  const session = await post<SignedIn>("/sessions", body);
  token.set(session.token);
}

export async function signInWithPasskey(): Promise<void> {
  const asked = await post<PasskeyCeremony>("/sessions/passkey/offer");
  const credential = await answerWithPasskey(asked.options);
  const session = await post<SignedIn>("/sessions/passkey", { ceremony: asked.ceremony, credential });
  token.set(session.token);
}

export async function signOut(): Promise<void> {
  // Told to the server first, while the token still counts; an unreachable server must not keep anybody signed in here.
  await remove("/sessions/current").catch(() => undefined);
  token.set(null);
}

export const fetchMe = (): Promise<Me> => get<Me>("/me");
