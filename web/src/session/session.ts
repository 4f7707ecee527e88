import { provideSession, tandem } from "../api/client";
import type { SignIn } from "../api/types";
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
  const session = await tandem.sessions.create(body);
  token.set(session.token);
}

export async function signInWithPasskey(): Promise<void> {
  const asked = await tandem.sessions.passkey.offer();
  const credential = await answerWithPasskey(asked.options);
  const session = await tandem.sessions.passkey.create({ ceremony: asked.ceremony, credential });
  token.set(session.token);
}

export async function signOut(): Promise<void> {
  // Told to the server first, while the token still counts; an unreachable server must not keep anybody signed in here.
  await tandem.sessions.current.remove({ retries: 0 }).catch(() => undefined);
  token.set(null);
}
