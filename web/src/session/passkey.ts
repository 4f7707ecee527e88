/** Passkeys, as browsers make and use them. What is asked and answered is the server's and the authenticator's business (WebAuthn level 3). */

/** What the server wants asked, as it came, and what the browser answers: the document leaves both open. */
type Options = Record<string, never>;

/** Whether this browser can make and use passkeys of this page: they are bound to a name, and to a connection nobody listens to. */
export const passkeysPossible = (): boolean =>
  window.isSecureContext &&
  "PublicKeyCredential" in window &&
  "parseRequestOptionsFromJSON" in PublicKeyCredential &&
  !/^[\d.]+$|^\[/.test(location.hostname);

/** Has the device make a passkey. */
export async function makePasskey(options: Options): Promise<Options> {
  const publicKey = PublicKeyCredential.parseCreationOptionsFromJSON(options as unknown as PublicKeyCredentialCreationOptionsJSON);
  return answer(await navigator.credentials.create({ publicKey }));
}

/** Has the device and its user answer with one of their passkeys. */
export async function answerWithPasskey(options: Options): Promise<Options> {
  const publicKey = PublicKeyCredential.parseRequestOptionsFromJSON(options as unknown as PublicKeyCredentialRequestOptionsJSON);
  return answer(await navigator.credentials.get({ publicKey }));
}

function answer(credential: Credential | null): Options {
  if (!(credential instanceof PublicKeyCredential)) throw new DOMException("no passkey", "NotAllowedError");
  return credential.toJSON() as unknown as Options;
}

const named = (error: unknown, name: string): boolean => error instanceof DOMException && error.name === name;

/** The user closed the browser's question, had nothing to answer it with, or took too long: browsers do not tell which. */
export const isCancelled = (error: unknown): boolean => named(error, "NotAllowedError") || named(error, "AbortError");

/** The device has a passkey of this user already. */
export const isThereAlready = (error: unknown): boolean => named(error, "InvalidStateError");
