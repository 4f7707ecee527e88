/** The API, as whoever is signed in here sees it. */
import { Tandem } from "@tandem/sdk";

export { TandemProblem as Problem } from "@tandem/sdk";

interface Session {
  token(): string | null;
  expired(): void;
}

let session: Session = { token: () => null, expired: () => undefined };

/** Tells the client whose token to send, and whom to tell when the server no longer takes it. */
export function provideSession(owner: Session): void {
  session = owner;
}

export const tandem = new Tandem({ token: () => session.token(), expired: () => session.expired() });
